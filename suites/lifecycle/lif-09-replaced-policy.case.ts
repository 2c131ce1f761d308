import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-09',
  title: 'a policy that is deleted and created again at once never lets its pods out as their nodes',
  level: 'extended',
  features: ['NoLeakWhileMoving', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Tools replace an object by deleting and creating it; whoever dials in between must not be seen as a node.',
  upstream: ['antrea-io/antrea#6685', 'openshift/origin#31011'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['replaced-policy-late', 'snat-missing'],
  async checks({ pods, egress, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    for (let round = 1; round <= 2; round += 1)
      await pods('shop').arriveOnlyAs(x.address, async () => {
        await x.replace();
        await pods('shop').eventuallyLeaveAs(x.address);
      });
    await pods('other').leaveAs('the address of their node');
  },
});
