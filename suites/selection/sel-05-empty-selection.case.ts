import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-05',
  title: 'a policy with an empty selection selects what the implementation declares: nothing, or every pod',
  level: 'core',
  features: ['LifecycleApplyRemove', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A selection that was left out by mistake must not move the whole cluster to another address.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['empty-selects-all'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, declared, coversAllPlacements }) {
    const empty = await egress('empty');
    const others = declared.emptySelection === 'nothing' ? 'the address of their node' : empty.address;
    // The other policy settles after the empty one was accepted, so the empty one has had its time as well.
    const x = await egress({ namespace: 'shop' });
    if (declared.emptySelection === 'nothing') {
      await pods('shop').eventuallyLeaveAs(x.address);
      await coversAllPlacements(pods('shop'), x);
    } else {
      await pods('shop').eventuallyLeaveAs([x.address, empty.address]);
    }
    await pods('other').eventuallyLeaveAs(others);
    await pods('other').leaveAs(others, { count: 25 });
    await empty.remove();
    await pods('other').eventuallyLeaveAs('the address of their node');
  },
});
