import { defineCase } from '../../harness/case/define-case.ts';
import { segmentsOnlyAs } from '../../harness/check/path.ts';

/** Only the first of them begins a connection; what is done about the others is told, not judged. */
const flagsOf = {
  synWithData: 'S',
  urgentData: 'PAU',
  zeroWindow: 'A',
  synAndFin: 'FS',
  finPushUrgent: 'FPU',
  noFlags: '',
};
const kinds = Object.entries(flagsOf).map(([name, flags]) => ({ name, flags, isWanted: name === 'synWithData' }));

export default defineCase({
  id: 'PROTO-13',
  title: 'a SYN with data, urgent data, a zero window and senseless flags leave as the Egress IP or not at all',
  level: 'measurement',
  features: ['TCP+UDP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What conntrack calls invalid passes NAT untouched, and so leaves with the address of the pod.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['invalid-passes'],
  async checks({ pods, egress, outside, check, witnessAddress, portOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const { members } = pods('shop');
    const ports = new Set(members.map(({ facts }) => portOf(facts)));
    const wire = await outside.watch([], ports);
    const witness = (port: number) => ({ name: 'witness', host: witnessAddress, port });
    await Promise.all(members.map((pod) => pod.sendOddSegments(witness(portOf(pod.facts)), 5)));
    // They leave in the order in which they were sent: what follows shows that they are through.
    await pods('shop').leaveAs(x.address, { count: 5 });
    const { packets, dropped } = await wire.packets();
    check('none of them leaves as another', (context) =>
      segmentsOnlyAs({ packets, dropped, ports, address: x.address, kinds }, context),
    );
    await pods('other').leaveAs('the address of their node');
  },
});
