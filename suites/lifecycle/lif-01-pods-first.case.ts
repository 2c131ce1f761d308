import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-01',
  title: 'a policy takes effect on pods that are running already, and on no others',
  level: 'core',
  features: ['LifecycleApplyRemove', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected', 'TCP+UDP'],
  topology: 'egress',
  why: 'Applications are there before somebody thinks of the firewall.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['early-pods-ignored', 'snat-missing', 'selects-neighbours'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
