import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-15',
  title: 'nodes take no more Egress IPs than they may, the oldest policies first; the others say that they wait',
  level: 'extended',
  features: ['MaxIPsPerNode', 'IPPool', 'PendingReason', 'StatusNode', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Clouds limit the addresses of an interface; one more policy must not take the address of an older one.',
  upstream: ['antrea-io/antrea#4593', 'antrea-io/antrea#4627'],
  given: {
    a: { pods: { on: [1] } },
    b: { pods: { on: [2] } },
    late: { pods: { on: [3] } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 7,
  catches: ['capacity-ignored'],
  // Every policy of the cluster is limited.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, allocation, topology, nodes, statuses, witnessOf, declared }) {
    const exits = topology.nodes.filter(({ labels }) => labels['egress-gateway'] === 'true');
    const members = allocation.newAddresses(exits.length + 1);
    const of = allocation.pool({ start: members[0] ?? '', end: members.at(-1) ?? '' });
    await of.apply();
    for (const { name } of exits) await nodes.limit(name, 1);
    const [a, b] = [await egress({ namespace: 'a' }, { pool: of }), await egress({ namespace: 'b' }, { pool: of })];
    await pods('a').eventuallyLeaveAs(await a.assigned());
    await pods('b').eventuallyLeaveAs(await b.assigned());
    const late = await egress({ namespace: 'late' }, { pool: of });
    await statuses.saysWhy(late, /\w{4}/);
    if (declared.noReadyGateway === 'drop') await pods('late').cannotReach(witnessOf);
    else await pods('late').leaveAs('the address of their node');
    await pods('a', 'b').leaveAs([a.address, b.address]);
    await a.remove();
    await pods('late').eventuallyLeaveAs(await late.assigned());
    await pods('other').leaveAs('the address of their node');
  },
});
