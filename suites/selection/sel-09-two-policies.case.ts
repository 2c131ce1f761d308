import { defineCase } from '../../harness/case/define-case.ts';
import { sourceSteady } from '../../harness/check/source.ts';

export default defineCase({
  id: 'SEL-09',
  title: 'pods that two policies select leave as one of them, the declared one, and as the other once that is deleted',
  level: 'declared',
  features: ['NamespaceSourceIP', 'LifecycleApplyRemove', 'NoLeakWhileMoving', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Where the choice is by chance, a pod changes its address with the next restart, and nobody has changed anything.',
  upstream: ['cilium/cilium#27431'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['crossed-addresses', 'gap-while-moving'],
  async checks({ pods, egress, declared, check, coversAllPlacements }) {
    const older = await egress({ namespace: 'shop' });
    const younger = await egress({ namespace: 'shop' });
    const both = [older.address, younger.address];
    const addresses = declared.conflict === 'oldest' ? [older.address] : both;
    await pods('shop').eventuallyLeaveAs(addresses);
    await coversAllPlacements(pods('shop'), older);
    const { samples } = await pods('shop').probe({ count: 40 });
    check(`each pod keeps to one address, the declared one`, (context) =>
      sourceSteady({ pods: pods('shop').facts, samples, atLeast: 40, addresses }, context),
    );
    await pods('shop').arriveOnlyAs(both, async () => {
      await older.remove({ stillSelected: true });
      await pods('shop').eventuallyLeaveAs(younger.address);
    });
    await coversAllPlacements(pods('shop'), younger);
    await pods('other').leaveAs('the address of their node');
  },
});
