import { defineCase } from '../../harness/case/define-case.ts';
import type { PodFacts } from '../../harness/history/events.ts';

export default defineCase({
  id: 'POOL-14',
  title:
    'a policy takes an address of each of two pools, IPv4 and IPv6; one that finds the one pool used up waits for it alone',
  level: 'extended',
  features: [
    'IPPool',
    'DualStackOneObject',
    'IPv6',
    'PoolUsageStatus',
    'StatusNode',
    'AllPlacements',
    'UnselectedUnaffected',
  ],
  topology: 'egress',
  why: 'Addresses of the two families run out apart; whoever has one of them only must not leave as a node by the other.',
  upstream: ['antrea-io/antrea#7761', 'antrea-io/antrea#8244'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    late: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 11,
  catches: ['ipv6-ignored', 'ipv4-ignored', 'usage-miscounted', 'pending-leaves-as-node'],
  needs: ['ipv6'],
  async checks({ pods, egress, allocation, declared, portOf, witnessAddress6, coversAllPlacements }) {
    const [four, six] = [allocation.newAddresses(2), allocation.newAddresses(1, { over: 6 })];
    const pool = [
      allocation.pool({ start: four[0] ?? '', end: four[1] ?? '' }),
      allocation.pool({ start: six[0] ?? '', end: six[0] ?? '' }),
    ] as const;
    for (const one of pool) await one.apply();
    const x = await egress({ namespace: 'shop' }, { pool });
    await x.assigned();
    await pods('shop').eventuallyLeaveAs(x.addresses);
    await pods('shop').eventuallyLeaveAs(x.addresses, { over: 6 });
    await coversAllPlacements(pods('shop'), x);
    const late = await egress({ namespace: 'late' }, { pool });
    await pods('late').eventuallyLeaveAs(await late.assigned(1));
    const witness = (pod: PodFacts) => ({ name: 'witness by IPv6', host: witnessAddress6, port: portOf(pod) });
    if (declared.noReadyGateway === 'drop') await pods('late').cannotReach(witness);
    else await pods('late').leaveAs('the address of their node', { over: 6 });
    await pool[0].comesToTell({ total: 2, used: 2 });
    await pool[1].comesToTell({ total: 1, used: 1 });
    await pods('shop').leaveAs(six, { over: 6 });
    await x.remove();
    await pods('late').eventuallyLeaveAs(six, { over: 6 });
    await pods('late').leaveAs(late.address);
    await pods('other').leaveAs('the address of their node');
    await pods('other').leaveAs('the address of their node', { over: 6 });
  },
});
