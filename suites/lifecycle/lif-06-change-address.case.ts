import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-06',
  title: 'when the Egress IP of a policy changes, pods leave as the old one, then as the new one, and never as a third',
  level: 'extended',
  features: ['UpdateIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Delete and create in between opens a gap in which the pods are their nodes.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['stale-address', 'snat-missing'],
  async checks({ pods, egress, newAddress, coversAllPlacements }) {
    const policy = await egress({ namespace: 'shop' });
    const [x, y] = [policy.address, newAddress()];
    await pods('shop').eventuallyLeaveAs(x);
    await coversAllPlacements(pods('shop'), policy);
    await pods('shop').leaveAs(x);
    await policy.changeTo(y);
    await pods('shop').eventuallyLeaveAs(y, { meanwhile: [x, y] });
    await coversAllPlacements(pods('shop'), policy);
    await pods('shop').leaveAs(y);
    await pods('other').leaveAs('the address of their node');
  },
});
