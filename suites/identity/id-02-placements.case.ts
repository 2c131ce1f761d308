import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-02',
  title: 'pods on the egress node, on another egress node and on a plain worker all leave as the Egress IP',
  level: 'core',
  features: ['NamespaceSourceIP', 'AllPlacements', 'TCP+UDP'],
  topology: 'egress',
  why: 'The three placements take three different paths through the data plane; peers shipped with one of them broken.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['tunnel-missing', 'local-missing', 'selects-neighbours'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 20 });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
