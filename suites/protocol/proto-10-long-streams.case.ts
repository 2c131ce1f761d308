import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-10',
  title: 'a WebSocket, an HTTP/2 stream and a flow of datagrams stay open, answer all the time and keep the Egress IP',
  level: 'extended',
  features: ['TCP+UDP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What is upgraded or multiplexed over one connection lives as long as the entry in conntrack does.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  parameters: { seconds: { means: 'time that the connections stay open', default: 4, min: 1, max: 3_600 } },
  plan: 3,
  catches: ['snat-node-address', 'tunnel-missing'],
  async checks({ pods, egress, parameter, coversAllPlacements }) {
    const forMs = parameter('seconds') * 1000;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const by = ['websocket', 'http2', 'udp-stream'] as const;
    await Promise.all([
      pods('shop').keepLeavingAs(x.address, { by, forMs, everyMs: 100 }),
      pods('other').keepLeavingAs('the address of their node', { by, forMs, everyMs: 100 }),
    ]);
  },
});
