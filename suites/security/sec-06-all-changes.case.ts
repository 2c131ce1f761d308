import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-06',
  title:
    'through new policies, changes, replacements and restarts in a row no packet of a selected pod has another address',
  level: 'extended',
  features: ['NoLeakWhileMoving', 'UpdateIP', 'RestartSafe', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'One packet in a thousand changes is what an audit finds: each change alone is too short to show it.',
  upstream: ['antrea-io/antrea#3361'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['replaced-policy-late'],
  // The agents of all nodes are restarted.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, newAddress, restarts, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const before = x.address;
    const later = newAddress();
    await pods('shop').arriveOnlyAs([before, later], async () => {
      for (const address of [later, before, later]) {
        await x.changeTo(address);
        await pods('shop').eventuallyLeaveAs(address, { meanwhile: [before, later] });
        await x.replace();
      }
      await restarts.of('agents');
      await restarts.of('controller');
    });
    await pods('shop').leaveAs(later);
    await pods('other').leaveAs('the address of their node');
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node');
  },
});
