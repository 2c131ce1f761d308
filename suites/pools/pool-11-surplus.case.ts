import { defineCase } from '../../harness/case/define-case.ts';

const size = 50;
const surplus = 20;

export default defineCase({
  id: 'POOL-11',
  title: 'of 70 policies on a pool of 50 addresses 50 get one, 20 wait, and all addresses come back',
  level: 'extended',
  features: ['IPPool', 'PoolUsageStatus', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Addresses that are lost at each turn are noticed when the pool is empty, months later.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['usage-miscounted', 'freed-late'],
  async checks({ pods, egress, allocation }) {
    const members = allocation.newAddresses(size);
    const of = allocation.pool({ start: members[0] ?? '', end: members[size - 1] ?? '' });
    await of.apply();
    const shop = await egress({ namespace: 'shop' }, { pool: of });
    await pods('shop').eventuallyLeaveAs(await shop.assigned());
    const many = [];
    for (let count = 1; count < size + surplus; count += 1)
      many.push(await egress({ namespaceLabels: { nobody: 'at-all' } }, { pool: of }));
    await of.comesToTell({ total: size, used: size });
    // Whoever has an address lets go of it, so that those who wait come by turns.
    const have = await Promise.all(many.map(async (one) => ((await one.hasAddress()) ? [one] : [])));
    await Promise.all(
      have
        .flat()
        .slice(0, surplus)
        .map((one) => one.remove()),
    );
    const rest = many.filter((one) => !have.flat().slice(0, surplus).includes(one));
    allocation.areDifferent(await Promise.all([shop, ...rest].map((one) => one.assigned())), members);
    await Promise.all(rest.map((one) => one.remove()));
    await of.comesToTell({ total: size, used: 1 });
    await pods('shop').leaveAs(shop.address);
    await pods('other').leaveAs('the address of their node');
  },
});
