import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-05',
  title: 'UDP datagrams of 1,420 and of 8,000 bytes get through as the Egress IP, and so do answers of that size',
  level: 'extended',
  features: ['Fragments', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An overlay takes away some of the MTU, and later fragments have no ports that a rule could go by.',
  upstream: ['cilium/cilium#20269', 'cilium/cilium#22624', 'cilium/cilium#25085'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['fragments-lost'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, bytes: 1420 });
    await pods('shop').leaveAs(x.address, { by, bytes: 8000 });
    await pods('other').leaveAs('the address of their node', { by, bytes: 8000 });
  },
});
