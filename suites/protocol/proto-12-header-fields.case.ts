import { defineCase } from '../../harness/case/define-case.ts';
import { headersKept } from '../../harness/check/path.ts';

/** Expedited forwarding (RFC 3246), and ECN-capable (RFC 3168). */
const trafficClass = 0xb9;

export default defineCase({
  id: 'PROTO-12',
  title: 'DSCP, ECN and options of the IP header leave the cluster as the implementation declares',
  level: 'declared',
  features: ['TCP+UDP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Networks outside queue and mark by these fields, and the overlay has a header of its own to copy them to and from.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['traffic-class-cleared'],
  async checks({ pods, egress, outside, check, declared, witnessAddress, portOf, coversAllPlacements }) {
    const by = ['udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    const atLeast = 5 * pods('shop').members.length;

    const marked = await outside.watch([x.address]);
    await pods('shop').leaveAs(x.address, { by, trafficClass, count: 5 });
    const seen = await marked.packets();
    check(`DSCP and ECN are ${declared.trafficClass}`, (context) =>
      headersKept(
        {
          ...seen,
          address: x.address,
          trafficClass: declared.trafficClass === 'kept' ? trafficClass : 0,
          hasOptions: false,
          atLeast,
        },
        context,
      ),
    );

    const withOptions = await outside.watch([x.address]);
    if (declared.ipOptions === 'kept') {
      await pods('shop').leaveAs(x.address, { by, ipOptions: true, count: 5 });
      const { packets, dropped } = await withOptions.packets();
      check('options are kept', (context) =>
        headersKept({ packets, dropped, address: x.address, trafficClass: 0, hasOptions: true, atLeast }, context),
      );
    } else {
      const witness = (pod: Parameters<typeof portOf>[0]) => ({
        name: 'witness',
        host: witnessAddress,
        port: portOf(pod),
      });
      await pods('shop').cannotReach(witness, { by, ipOptions: true, count: 5 });
      await pods('shop').leaveAs(x.address, { by });
    }
    await pods('other').leaveAs('the address of their node', { by, trafficClass });
  },
});
