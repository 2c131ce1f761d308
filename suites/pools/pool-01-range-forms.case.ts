import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-01',
  title: 'a pool can be one address, a range or a CIDR, and pods leave with an address of it',
  level: 'extended',
  features: ['IPPool', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A form that is taken and gives nothing looks like a policy without effect.',
  upstream: ['antrea-io/antrea#6582', 'antrea-io/antrea#7149'],
  given: {
    single: { pods: { on: 'everyNode' } },
    range: { pods: { on: 'everyNode' } },
    cidr: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 10,
  catches: ['snat-missing'],
  async checks({ pods, egress, allocation, coversAllPlacements }) {
    const [single, range, cidr] = [
      allocation.newAddresses(1),
      allocation.newAddresses(3),
      allocation.newAddresses(4, { aligned: true }),
    ];
    const [start = '', end = ''] = [range[0], range[2]];
    const forms = [
      { name: 'single', members: single, of: allocation.pool({ start: single[0] ?? '', end: single[0] ?? '' }) },
      { name: 'range', members: range, of: allocation.pool({ start, end }) },
      { name: 'cidr', members: cidr, of: allocation.pool({ cidr: `${cidr[0]}/30` }) },
    ];
    await Promise.all(forms.map(({ of }) => of.apply()));
    for (const { name, members, of } of forms) {
      const x = await egress({ namespace: name }, { pool: of });
      allocation.isOneOf(await x.assigned(), members, `the address of ${name}`);
      await pods(name).eventuallyLeaveAs(x.address);
      await coversAllPlacements(pods(name), x);
      await pods(name).leaveAs(x.address);
    }
    await pods('other').leaveAs('the address of their node');
  },
});
