import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-12',
  title: 'a controller that ends and comes back leaves every policy the address and the node that it had',
  level: 'core',
  features: ['RestartSafe', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A controller that forgets what it gave out gives it to somebody else.',
  upstream: ['antrea-io/antrea#6685'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    bank: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 8,
  catches: ['crossed-addresses', 'pool-gives-twice'],
  // The controller is everybody's.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, allocation, restarts, statuses, coversAllPlacements }) {
    const [first = '', last = ''] = allocation.newAddresses(2).sort();
    const pool = allocation.pool({ cidr: `${first}/32` }, { cidr: `${last}/32` });
    await pool.apply();
    // One that had an address before it, and has gone: whoever counts from the start gives that to the one that stayed.
    const gone = await egress({ namespace: 'bank' }, { pool });
    const freed = await gone.assigned();
    const x = await egress({ namespace: 'shop' }, { pool });
    const given = await x.assigned();
    await pods('shop').eventuallyLeaveAs(given);
    await coversAllPlacements(pods('shop'), x);
    await gone.remove();
    await pods('bank').eventuallyLeaveAs('the address of their node');
    await pods('shop').leaveThroughoutAs(given, () => restarts.of('controller'));
    await statuses.comesTrue(x);
    const y = await egress({ namespace: 'bank' }, { pool });
    await y.assigned();
    await pods('bank').eventuallyLeaveAs(freed);
    await statuses.comesTrue(y);
    await pods('shop').leaveAs(given, { count: 25 });
    await pods('other').leaveAs('the address of their node');
  },
});
