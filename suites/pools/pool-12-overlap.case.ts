import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-12',
  title: 'two pools cannot have the same address, be it written in another form',
  level: 'extended',
  features: ['IPPool', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An address of two pools is given out twice.',
  upstream: ['antrea-io/antrea#4115', 'antrea-io/antrea#5898'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['webhook-missing'],
  async checks({ pods, egress, allocation, coversAllPlacements }) {
    const members = allocation.newAddresses(4, { aligned: true });
    const [first = '', second = '', , last = ''] = members;
    const of = allocation.pool({ cidr: `${first}/30` });
    await of.apply();
    await allocation.isRefused(
      'a pool with an address of another one',
      allocation.pool({ start: second, end: second }).apply(),
    );
    await allocation.isRefused('a pool around another one', allocation.pool({ start: first, end: last }).apply());
    await allocation.isRefused(
      'a pool with an address twice',
      allocation.pool({ start: first, end: last }, { cidr: `${second}/32` }).apply(),
    );
    const x = await egress({ namespace: 'shop' }, { pool: of });
    await pods('shop').eventuallyLeaveAs(await x.assigned());
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
