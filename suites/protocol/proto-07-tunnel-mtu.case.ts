import { defineCase } from '../../harness/case/define-case.ts';
import { pathMtuWithin, segmentSizesTold } from '../../harness/check/path.ts';

/** Of IPv4 and TCP, and of IPv4 and UDP, bytes. */
const [tcpHeaders, udpHeaders] = [40, 28];

export default defineCase({
  id: 'PROTO-07',
  title: 'uploads of 10 MiB fit through the overlay, and pods learn how large a packet may be that does',
  level: 'extended',
  features: ['ICMPErrors', 'Fragments', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What is encapsulated is larger than before; pods that are not told send packets that never arrive.',
  upstream: ['cilium/cilium#20269', 'cilium/cilium#22295', 'cilium/cilium#38828'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  parameters: {
    mebibytes: { means: 'size of each upload', default: 10, min: 1, max: 60 },
    lanMtu: { means: 'MTU of the networks of nodes and pods, bytes', default: 1500, min: 1280, max: 9000 },
  },
  plan: 9,
  // The capture, which all cases share, has to take the uploads as well.
  exclusive: true,
  catches: ['large-packets-lost', 'overlay-mtu-untold'],
  async checks({ pods, egress, outside, check, parameter, witnessAddress, portOf, coversAllPlacements }) {
    const lanMtu = parameter('lanMtu');
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const wire = await outside.watch([x.address]);
    const upload = { bytes: parameter('mebibytes') * 1024 * 1024, count: 1, timeoutMs: 60_000 };
    // One after the other: the capture has to keep up with them.
    for (const node of new Set(pods('shop').facts.map((pod) => pod.node)))
      await pods('shop').on(node).leaveAs(x.address, upload);
    const { packets, dropped } = await wire.packets();
    check('both sides of the uploads tell the size of their segments', (context) =>
      segmentSizesTold({ packets, dropped, address: x.address, largest: lanMtu - tcpHeaders }, context),
    );
    const learned = await Promise.all(
      pods('shop').members.map(async (pod) => {
        const witness = { name: 'witness', host: witnessAddress, port: portOf(pod.facts) };
        return { pod: pod.facts, bytes: await pod.pathMtu(witness, lanMtu, 600) };
      }),
    );
    check('pods of shop know how large a packet may be', (context) =>
      pathMtuWithin({ learned, min: 1280, max: lanMtu }, context),
    );
    const smallest = Math.min(...learned.map(({ bytes }) => bytes));
    const by = ['udp'] as const;
    await pods('shop').leaveAs(x.address, { by, bytes: smallest - udpHeaders });
    await pods('shop').leaveAs(x.address, { by, bytes: lanMtu - udpHeaders });
    await pods('other').leaveAs('the address of their node', { by, bytes: lanMtu - udpHeaders });
  },
});
