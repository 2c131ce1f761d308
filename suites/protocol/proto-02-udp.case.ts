import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-02',
  title: 'UDP leaves as the Egress IP: one datagram, a thousand, many over one socket, and to a name that DNS knows',
  level: 'core',
  features: ['TCP+UDP', 'ServiceExempt', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'UDP has no handshake that could be made up for: each datagram has to be right by itself.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['tcp-only', 'tunnel-missing'],
  async checks({ pods, egress, services, witnessAddress, portOf, topology, coversAllPlacements }) {
    const host = await services.nameFor('shop', 'witness', witnessAddress);
    const dns = await services.dnsServer();
    const by = ['udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 1 });
    const each = Math.ceil(1000 / topology.nodes.length);
    await pods('shop').leaveAs(x.address, { by, count: each, intervalMs: 4 });
    await pods('shop').keepLeavingAs(x.address, { by: ['udp-stream'], forMs: 1000, everyMs: 5 });
    const byName = (pod: Parameters<typeof portOf>[0]) => ({ name: 'witness', host, port: portOf(pod) });
    await pods('shop').reach(byName, x.address, { dns, by });
    await pods('other').leaveAs('the address of their node', { by, count: 50 });
  },
});
