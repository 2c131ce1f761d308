import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-08',
  title: 'a policy selects pods by their addresses, one on each node, and not the pods beside them',
  level: 'extended',
  features: ['SourceCIDR', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Where pods have fixed addresses policies are written in them; one bit too few selects the neighbours.',
  given: { shop: { pods: { on: 'everyNode' } }, beside: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['selects-neighbours', 'tunnel-missing', 'local-missing', 'stale-after-relabel'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const networks = (name: string): string[] => pods(name).facts.map(({ ip }) => `${ip}/32`);
    const x = await egress({ addresses: networks('shop') });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 20 });
    await pods('beside').leaveAs('the address of their node', { by });
    await x.select({ addresses: networks('beside') });
    await pods('beside').eventuallyLeaveAs(x.address, { by });
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
  },
});
