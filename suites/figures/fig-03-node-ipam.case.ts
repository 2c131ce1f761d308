import { defineCase } from '../../harness/case/define-case.ts';
import { databaseSaw } from '../../harness/check/outside.ts';
import { failed, passed } from '../../harness/check/violations.ts';

const erp = { database: 'erp', user: 'erp', password: 'erp-secret' };

export default defineCase({
  id: 'FIG-03',
  title:
    'without Egress the ERP database sees addresses of nodes, which portal, erp, crm and vote share (figures 1 to 3)',
  level: 'core',
  features: ['UnselectedUnaffected'],
  topology: 'node-ipam',
  why: 'This is the problem: whoever admits the nodes for erp admits every application that runs on them.',
  // As in figure 1: the left node has portal, erp and vote, the right one portal, erp and crm; erp is everywhere.
  given: {
    portal: { pods: { on: [1, 4, 7] } },
    erp: { pods: { on: 'everyNode' } },
    crm: { pods: { on: [2, 5, 7] } },
    vote: { pods: { on: [1, 3, 6] } },
  },
  plan: 7,
  catches: [],
  exclusive: true,
  baseline: true,
  needs: ['database'],
  async checks({ pods, topology, database, databaseDestination, check }) {
    const nodes = topology.nodes.map(({ address }) => address);
    await database.setGrants([{ ...erp, admit: nodes.map((address) => `${address}/32`) }]);
    const { mark } = await database.connections();
    await pods('portal', 'erp', 'crm', 'vote').eventuallyLeaveAs('the address of their node');
    for (const application of ['portal', 'erp', 'crm', 'vote']) {
      await pods(application).queryAs('the address of their node', erp, databaseDestination);
    }
    const { entries } = await database.connections(mark);
    const all = pods('portal', 'erp', 'crm', 'vote').facts;
    check('the database logs addresses of nodes only', (context) =>
      databaseSaw({ entries, database: 'erp', outcome: 'admitted', sources: nodes, atLeast: all.length * 10 }, context),
    );
    check('the database cannot tell the applications apart', ({ name }) => {
      const shared = nodes.filter(
        (node) => new Set(all.filter((pod) => pod.nodeAddress === node).map((pod) => pod.namespace)).size > 1,
      );
      const alone = all.filter((pod) => !shared.includes(pod.nodeAddress) && !pod.namespace.endsWith('-erp'));
      if (alone.length > 0)
        return failed(name, `${alone.map((pod) => pod.name).join(', ')} can be told apart by address`, []);
      return passed(name, `${shared.length} of ${nodes.length} addresses stand for more than one application`);
    });
  },
});
