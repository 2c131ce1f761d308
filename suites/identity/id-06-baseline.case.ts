import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-06',
  title: 'before any policy every pod leaves with the address of its node',
  level: 'core',
  features: ['UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A bench that cannot tell an Egress IP from the address of a node would pass without any Egress.',
  given: { shop: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['unselected-held', 'snat-node-address'],
  exclusive: true,
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp', 'http'] as const;
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    await pods('shop').leaveAs('the address of their node', { by, count: 20 });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
  },
});
