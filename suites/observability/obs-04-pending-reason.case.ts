import { defineCase } from '../../harness/case/define-case.ts';
import { failed, passed } from '../../harness/check/violations.ts';

export default defineCase({
  id: 'OBS-04',
  title:
    'a policy that is not in place says why, each reason in its own words, and a policy that is says nothing of the kind',
  level: 'extended',
  features: ['PendingReason', 'StatusConditions', 'StatusNode', 'PinToNode', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Whoever waits for an address must see whether it is a node, a pool or a typing error that is missing.',
  upstream: ['antrea-io/antrea#3179', 'antrea-io/antrea#6228'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } }, lost: {} },
  plan: 6,
  catches: ['refusals-unsaid'],
  needs: ['router'],
  async checks({ pods, egress, statuses, topology, check, coversAllPlacements }) {
    const nowhere = await egress({ namespace: 'lost' }, { via: 'no-such-node' });
    const nobodys = await egress({ namespace: 'lost' }, { addresses: [topology.nodes[0]?.address ?? ''] });
    await statuses.saysWhy(nowhere);
    await statuses.saysWhy(nobodys);
    const reasons = [await statuses.reasonOf(nowhere), await statuses.reasonOf(nobodys)];
    check('two obstacles are told apart', ({ name }) =>
      reasons[0] === reasons[1] ? failed(name, `both say "${reasons[0]}"`, []) : passed(name, reasons.join(' / ')),
    );
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await statuses.comesTrue(x);
    await pods('other').leaveAs('the address of their node');
  },
});
