import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'OBS-05',
  title: 'when the node of an Egress IP loses its power, the status stops naming it within the declared time',
  level: 'extended',
  features: ['StatusNode', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A status that names a node which is gone sends whoever looks for the fault to the wrong place.',
  upstream: ['antrea-io/antrea#5282', 'antrea-io/antrea#3179'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['status-stale'],
  needs: ['powerOff', 'router'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, statuses, faults, removePods }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    const lost = await x.owner();
    // Pods without power say nothing.
    await removePods(pods('shop', 'other').on(lost));
    const cut = await faults.make('power-cut/v1', lost);
    await statuses.forgets(x, lost);
    await pods('other').leaveAs('the address of their node');
    await cut.end();
    await statuses.comesTrue(x);
  },
});
