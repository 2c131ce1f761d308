import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-16',
  title: 'an upgrade of the implementation in place disturbs neither new connections nor open ones',
  level: 'extended',
  features: ['ConnSurvivesUpgrade', 'RestartSafe', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An upgrade is the restart that everybody has, on every node, one after the other.',
  upstream: ['openshift/origin#31011'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['starts-empty'],
  // All agents are replaced.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, restarts, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const upgraded = Promise.withResolvers<void>();
    const open = pods('shop').keepLeavingAs(x.address, {
      by: ['stream'],
      until: upgraded.promise,
      everyMs: 100,
    });
    await pods('shop').leaveThroughoutAs(x.address, () => restarts.upgrade().finally(() => upgraded.resolve()));
    await open;
    await pods('shop').leaveAs(x.address, { count: 25 });
    await pods('other').leaveAs('the address of their node');
  },
});
