import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'DS-02',
  title: 'one policy with an address of each family: IPv4 leaves as the one, IPv6 as the other, and both end with it',
  level: 'extended',
  features: ['DualStackOneObject', 'IPv6', 'StatusNode', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Clients choose the family by themselves; a policy that has one of them only is no policy for them.',
  upstream: ['antrea-io/antrea#7761', 'antrea-io/antrea#8244'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 9,
  catches: ['ipv6-ignored', 'ipv4-ignored', 'tunnel-missing', 'selects-neighbours'],
  needs: ['ipv6', 'router'],
  async checks({ pods, egress, statuses, newAddress, newAddress6, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const [v4, v6] = [newAddress(), newAddress6()];
    const x = await egress({ namespace: 'shop' }, { addresses: [v4, v6] });
    await pods('shop').eventuallyLeaveAs(v4, { by });
    await pods('shop').eventuallyLeaveAs(v6, { by, over: 6 });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(v4, { by, count: 20 });
    await pods('shop').leaveAs(v6, { by, over: 6, count: 20 });
    await statuses.comesTrue(x);
    await pods('other').leaveAs('the address of their node', { by });
    await pods('other').leaveAs('the address of their node', { by, over: 6 });
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    await pods('shop').eventuallyLeaveAs('the address of their node', { by, over: 6 });
  },
});
