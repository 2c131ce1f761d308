import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-03',
  title: 'ICMP echoes leave as the Egress IP and come back with their id, sequence number and data, 8 KiB as well',
  level: 'extended',
  features: ['ICMPEcho', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'ping is the first thing that anybody tries; rules that need ports leave it out, and fragments have none at all.',
  upstream: ['cilium/cilium#22624', 'cilium/cilium#25085'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['ports-only', 'fragments-lost'],
  async checks({ pods, egress, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by: ['icmp'] });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by: ['icmp'], count: 20 });
    await pods('shop').leaveAs(x.address, { by: ['icmp'], bytes: 8192 });
    await pods('other').leaveAs('the address of their node', { by: ['icmp'], bytes: 8192 });
  },
});
