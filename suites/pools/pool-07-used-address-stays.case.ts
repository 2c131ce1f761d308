import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-07',
  title: 'an address that is in use cannot be taken out of its pool, and one can be added to it',
  level: 'extended',
  features: ['IPPool', 'PoolUsageStatus', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An edit of the pool must not take the address away from under running applications.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    more: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['webhook-missing'],
  async checks({ pods, egress, allocation, coversAllPlacements }) {
    const [used = '', unused = '', added = ''] = allocation.newAddresses(3);
    const of = allocation.pool({ start: used, end: used });
    await of.apply();
    const x = await egress({ namespace: 'shop' }, { pool: of });
    await pods('shop').eventuallyLeaveAs(await x.assigned());
    await coversAllPlacements(pods('shop'), x);
    await allocation.isRefused('taking a used address out of its pool', of.apply([{ start: unused, end: unused }]));
    await of.apply([
      { start: used, end: used },
      { start: added, end: added },
    ]);
    const more = await egress({ namespace: 'more' }, { pool: of });
    await pods('more').eventuallyLeaveAs(await more.assigned());
    await of.comesToTell({ total: 2, used: 2 });
    await pods('shop').leaveAs(used);
    await pods('other').leaveAs('the address of their node');
  },
});
