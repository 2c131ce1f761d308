import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-02',
  title: 'policies get the addresses of a pool in the declared order, and one that was freed before later ones',
  level: 'declared',
  features: ['IPPool', 'StatusNode', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Firewall rules are written before the policies, for the addresses that will come.',
  given: {
    a: { pods: { on: [1] } },
    b: { pods: { on: [2] } },
    c: { pods: { on: [3] } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 8,
  catches: ['pool-highest-first'],
  async checks({ pods, egress, allocation, declared }) {
    const members = allocation.newAddresses(3);
    const of = allocation.pool({ start: members[0] ?? '', end: members[2] ?? '' });
    await of.apply();
    const next = (index: number): string[] =>
      declared.poolOrder === 'lowest free' ? members.slice(index, index + 1) : members;
    const a = await egress({ namespace: 'a' }, { pool: of });
    allocation.isOneOf(await a.assigned(), next(0), 'the first address given');
    const b = await egress({ namespace: 'b' }, { pool: of });
    allocation.isOneOf(await b.assigned(), next(1), 'the second address given');
    await pods('a').eventuallyLeaveAs(a.address);
    await pods('b').eventuallyLeaveAs(b.address);
    await a.remove();
    await pods('a').eventuallyLeaveAs('the address of their node');
    const c = await egress({ namespace: 'c' }, { pool: of });
    allocation.isOneOf(await c.assigned(), next(0), 'the address given after the first one was freed');
    await pods('c').eventuallyLeaveAs(c.address);
    await pods('other').leaveAs('the address of their node');
  },
});
