import { defineCase } from '../../harness/case/define-case.ts';
import { pathMtuWithin } from '../../harness/check/path.ts';

const over = 6;
const bottleneck = 1300;
/** Of the networks of nodes and pods, bytes. */
const lanMtu = 1500;

/** What of each protocol gets through by IPv4 in a case of its own: PROTO-01 to PROTO-05. */
const ways = [
  { by: ['tcp'], count: 3, bytes: 1024 * 1024 },
  { by: ['udp'], count: 100, intervalMs: 10 },
  { by: ['udp'], bytes: 1420 },
  { by: ['udp'], bytes: 8000 },
  { by: ['icmp'], count: 20 },
  { by: ['icmp'], bytes: 8192 },
  { by: ['sctp'] },
] as const;

export default defineCase({
  id: 'PROTO-14',
  title: 'TCP, UDP, ICMP and SCTP, fragments, and ICMP errors get through over IPv6 as the Egress IP',
  level: 'extended',
  features: ['IPv6', 'ICMPEcho', 'ICMPErrors', 'Fragments', 'SCTP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'In IPv6 only the sender fragments, so that a lost "packet too big" is a connection that stands.',
  upstream: ['cilium/cilium#22624', 'cilium/cilium#48660'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 7 + ways.length,
  catches: ['ports-only', 'tcp-only', 'fragments-lost', 'large-packets-lost', 'icmp-errors-lost', 'ipv6-ignored'],
  needs: ['ipv6', 'router'],
  async checks({
    pods,
    egress,
    outside,
    check,
    newAddress6,
    witnessAddress6,
    portOf,
    closedPort,
    coversAllPlacements,
  }) {
    const x = await egress({ namespace: 'shop' }, { addresses: [newAddress6()] });
    await pods('shop').eventuallyLeaveAs(x.address, { over });
    await coversAllPlacements(pods('shop'), x);
    const pathMtus = (bytes: number) =>
      Promise.all(
        pods('shop').members.map(async (pod) => {
          const witness = { name: 'witness', host: witnessAddress6, port: portOf(pod.facts) };
          return { pod: pod.facts, bytes: await pod.pathMtu(witness, bytes, 3_000) };
        }),
      );
    // The first datagram that is too large for the overlay is lost, and its sender told (RFC 8201, 4).
    const first = await pathMtus(lanMtu);
    check('pods of shop know how large a packet may be', (context) =>
      pathMtuWithin({ learned: first, min: 1280, max: lanMtu }, context),
    );
    for (const way of ways) await pods('shop').leaveAs(x.address, { ...way, over });
    await pods('shop').keepLeavingAs(x.address, { by: ['stream', 'udp-stream'], forMs: 1_000, everyMs: 50, over });
    const closed = { name: 'a closed port of the witness', host: witnessAddress6, port: closedPort() };
    // Once each: a host sends one error a second (net.ipv6.icmp.ratelimit).
    await pods('shop').areRefusedBy(closed, { by: ['udp'], count: 1 });
    await outside.narrow(x.address, bottleneck);
    const large = { bytes: 256 * 1024, count: 1, timeoutMs: 10_000, over } as const;
    await pods('shop').leaveAs(x.address, large);
    const learned = await pathMtus(1400);
    check(`pods of shop know a path MTU of ${bottleneck} bytes`, (context) =>
      pathMtuWithin({ learned, min: bottleneck, max: bottleneck }, context),
    );
    await pods('other').leaveAs('the address of their node', large);
  },
});
