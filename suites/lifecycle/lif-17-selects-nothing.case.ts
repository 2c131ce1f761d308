import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-17',
  title:
    'a policy whose selector is changed to match nothing lets its pods go, and takes them back when it matches again',
  level: 'extended',
  features: ['PodSelector', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected', 'TCP+UDP'],
  topology: 'egress',
  why: 'An edit of the selector is no deletion: state that hangs on the policy has to follow it there and back.',
  given: { shop: { pods: { on: 'everyNode', labels: { app: 'web' } } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['stale-after-relabel', 'early-pods-ignored'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const x = await egress({ namespace: 'shop', pods: { app: 'web' } });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await x.select({ namespace: 'shop', pods: { app: 'nobody' } });
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    await x.select({ namespace: 'shop', pods: { app: 'web' } });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await pods('shop').leaveAs(x.address, { by });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
