import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-10',
  title: 'pods that two policies select keep their address when agents and controller are restarted',
  level: 'declared',
  features: ['RestartSafe', 'NamespaceSourceIP', 'NoLeakWhileMoving', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A choice that only the memory of an agent knows is another one after its restart, in the middle of the night.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['restart-chooses-anew'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, declared, restarts, coversAllPlacements }) {
    const older = await egress({ namespace: 'shop' });
    const younger = await egress({ namespace: 'shop' });
    const addresses = declared.conflict === 'oldest' ? [older.address] : [older.address, younger.address];
    await pods('shop').eventuallyLeaveAs(addresses);
    await coversAllPlacements(pods('shop'), older);
    await pods('shop').arriveOnlyAs(addresses, () => restarts.of('agents'));
    await pods('shop').arriveOnlyAs(addresses, () => restarts.of('controller'));
    await pods('shop').leaveAs(addresses, { count: 25 });
    await pods('other').leaveAs('the address of their node');
  },
});
