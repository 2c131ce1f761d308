import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-08',
  title: 'a pod is told at once by ICMP that nobody listens on the UDP port it sends to',
  level: 'extended',
  features: ['ICMPErrors', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An error that comes back to the Egress IP has to find the pod, or each attempt waits for its time-out.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['icmp-errors-lost', 'tunnel-missing'],
  async checks({ pods, egress, witnessAddress, closedPort, coversAllPlacements }) {
    const by = ['udp'] as const;
    const closed = { name: 'a closed port of the witness', host: witnessAddress, port: closedPort() };
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    // Once each: a host sends a handful of errors to one address, and then one a second (icmp(7), icmp_ratelimit).
    await pods('shop').areRefusedBy(closed, { by, count: 1 });
    await pods('other').areRefusedBy(closed, { by, count: 1 });
  },
});
