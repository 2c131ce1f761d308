import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-13',
  title: 'policies that ask for the same address of a pool share it, and it counts once',
  level: 'extended',
  features: ['IPPool', 'ExplicitIP', 'SharedIP', 'PoolUsageStatus', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'One default address for all applications without one of their own is how many begin.',
  upstream: ['antrea-io/antrea#6662'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    web: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 8,
  catches: ['shared-address-lost', 'usage-miscounted'],
  async checks({ pods, egress, allocation, coversAllPlacements }) {
    const members = allocation.newAddresses(3);
    const shared = members.slice(1, 2);
    const of = allocation.pool({ start: members[0] ?? '', end: members[2] ?? '' });
    await of.apply();
    const shop = await egress({ namespace: 'shop' }, { pool: of, addresses: shared });
    const web = await egress({ namespace: 'web' }, { pool: of, addresses: shared });
    await pods('shop').eventuallyLeaveAs(shared);
    await pods('web').eventuallyLeaveAs(shared);
    await coversAllPlacements(pods('shop'), shop);
    await of.comesToTell({ total: 3, used: 1 });
    await web.remove();
    await pods('web').eventuallyLeaveAs('the address of their node');
    await pods('shop').leaveAs(shared);
    await of.comesToTell({ total: 3, used: 1 });
    await shop.remove();
    await of.comesToTell({ total: 3, used: 0 });
    await pods('other').leaveAs('the address of their node');
  },
});
