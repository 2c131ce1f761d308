import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-04',
  title: 'SCTP associations are set up as the Egress IP, carry messages both ways and are shut down',
  level: 'extended',
  features: ['SCTP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Telephony speaks SCTP; rules that name TCP and UDP send it out with another address.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['ports-only', 'tunnel-missing'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['sctp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 20 });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
