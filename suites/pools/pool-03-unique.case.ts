import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-03',
  title: 'policies that take from one pool at the same time never get the same address',
  level: 'extended',
  features: ['IPPool', 'PoolUsageStatus', 'StatusNode', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Two applications with one address are one application to the firewall.',
  upstream: ['antrea-io/antrea#6662'],
  given: {
    a: { pods: { on: [1] } },
    b: { pods: { on: [2] } },
    c: { pods: { on: [3] } },
    d: { pods: { on: [1] } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 7,
  catches: ['pool-gives-twice', 'snat-missing'],
  async checks({ pods, egress, allocation }) {
    const members = allocation.newAddresses(4);
    const of = allocation.pool({ start: members[0] ?? '', end: members[3] ?? '' });
    await of.apply();
    const names = ['a', 'b', 'c', 'd'];
    const policies = await Promise.all(names.map((name) => egress({ namespace: name }, { pool: of })));
    allocation.areDifferent(await Promise.all(policies.map((policy) => policy.assigned())), members);
    await Promise.all(policies.map((policy, index) => pods(names[index] ?? '').eventuallyLeaveAs(policy.address)));
    await of.comesToTell({ total: 4, used: 4 });
    await pods('other').leaveAs('the address of their node');
  },
});
