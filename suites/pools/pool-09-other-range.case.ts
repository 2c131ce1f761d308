import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-09',
  title: 'when a pool is deleted and created again with other addresses, its policies get one of those',
  level: 'extended',
  features: ['IPPool', 'StatusNode', 'NoLeakWhileMoving', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Policies kept an address that their pool did not have any more.',
  upstream: ['antrea-io/antrea#6685'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['stale-address', 'address-stays'],
  needs: ['router'],
  async checks({ pods, egress, allocation, neighbours, coversAllPlacements }) {
    const [before = '', after = ''] = allocation.newAddresses(2);
    const of = allocation.pool({ start: before, end: before });
    await of.apply();
    const x = await egress({ namespace: 'shop' }, { pool: of });
    await pods('shop').eventuallyLeaveAs(await x.assigned());
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').arriveOnlyAs([before, after], async () => {
      await of.remove();
      await of.apply([{ start: after, end: after }]);
      await pods('shop').eventuallyLeaveAs(after);
    });
    await neighbours.nobodyAnswersFor(before);
    await pods('shop').leaveAs(after);
    await pods('other').leaveAs('the address of their node');
  },
});
