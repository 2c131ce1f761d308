import { defineCase } from '../../harness/case/define-case.ts';
import { expanded } from '../../harness/check/address.ts';

export default defineCase({
  id: 'DS-06',
  title:
    'an IPv6 address is the same one however it is written, in a policy, in a second one for it, and in the status',
  level: 'extended',
  features: ['IPv6', 'SharedIP', 'StatusNode', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'fd00::1 and FD00:0:0:0:0:0:0:1 are compared as texts in one place, and as addresses in the next.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    more: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 5,
  catches: ['spelling-counts', 'ipv6-ignored'],
  needs: ['ipv6', 'router'],
  async checks({ pods, egress, statuses, newAddress6, coversAllPlacements }) {
    const address = newAddress6();
    const x = await egress({ namespace: 'shop' }, { addresses: [expanded(address).toUpperCase()] });
    await pods('shop').eventuallyLeaveAs(address, { over: 6 });
    await coversAllPlacements(pods('shop'), x);
    await statuses.comesTrue(x);
    await egress({ namespace: 'more' }, { addresses: [address] });
    await pods('more').eventuallyLeaveAs(address, { over: 6 });
    await pods('shop').leaveAs(address, { over: 6, count: 20 });
    await pods('other').leaveAs('the address of their node', { over: 6 });
  },
});
