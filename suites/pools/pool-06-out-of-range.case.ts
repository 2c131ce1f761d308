import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-06',
  title: 'a policy that asks for an address which its pool does not have is refused or waits, and never gets it',
  level: 'extended',
  features: ['IPPool', 'ExplicitIP', 'PendingReason', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A typing error must not put an address into use that the network gave to somebody else.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    wrong: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 5,
  catches: ['pool-end-off-by-one'],
  needs: ['router'],
  async checks({ pods, egress, allocation, neighbours, coversAllPlacements }) {
    const [first = '', last = '', outside = ''] = allocation.newAddresses(3);
    const of = allocation.pool({ start: first, end: last });
    await of.apply();
    await allocation.isRefusedOrWaits(() => egress({ namespace: 'wrong' }, { pool: of, addresses: [outside] }));
    const x = await egress({ namespace: 'shop' }, { pool: of, addresses: [last] });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await neighbours.nobodyAnswersFor(outside);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
