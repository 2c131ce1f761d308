import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-10',
  title: 'the address of a node never becomes an Egress IP, though a pool has it',
  level: 'extended',
  features: ['IPPool', 'PendingReason', 'StatusNode', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A node whose address is taken by another one drops out of its cluster.',
  upstream: ['antrea-io/antrea#6867', 'antrea-io/antrea#2910'],
  given: { shop: {}, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['node-addresses-given'],
  needs: ['router'],
  async checks({ pods, egress, allocation, topology, neighbours }) {
    const victim = topology.nodes[2] ?? topology.nodes[0];
    const address = victim?.address ?? '';
    const of = allocation.pool({ start: address, end: address });
    await allocation.isRefusedOrWaits(async () => {
      await of.apply();
      return egress({ namespace: 'shop' }, { pool: of });
    });
    await neighbours.isAt(address, victim?.name ?? '');
    await pods('other').leaveAs('the address of their node');
  },
});
