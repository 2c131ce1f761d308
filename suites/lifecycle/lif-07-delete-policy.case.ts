import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-07',
  title: 'when its policy is deleted, pods leave as before and nobody answers for the Egress IP any more',
  level: 'core',
  features: ['LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected', 'TCP+UDP'],
  topology: 'egress',
  why: 'An address that stays behind answers for whoever gets it next.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['stale-after-delete', 'address-stays'],
  needs: ['router'],
  async checks({ pods, egress, neighbours, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await neighbours.someoneAnswersFor(x.address);
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    await neighbours.nobodyAnswersFor(x.address);
    await pods('shop').leaveAs('the address of their node', { by });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
