import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'DS-07',
  title: 'an IPv6 Egress IP that moves is announced to everybody, the right node has it, and others are kept off it',
  level: 'extended',
  features: ['IPv6', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A router that was not told sends answers to the old node for as long as its cache lasts.',
  upstream: ['antrea-io/antrea#5117', 'antrea-io/antrea#6553'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['announcements-lost', 'duplicates-unnoticed', 'stale-owner'],
  needs: ['ipv6', 'router'],
  // Every policy of the cluster moves.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, nodes, neighbourNews, newAddress6, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' }, { addresses: [newAddress6()] });
    await pods('shop').eventuallyLeaveAs(x.address, { over: 6 });
    await coversAllPlacements(pods('shop'), x);
    await neighbourNews.keepsOthersOff(x.address);
    const before = await x.owner();
    await neighbourNews.tellsOfMove(x.address, async () => {
      await nodes.label(before, { 'egress-gateway': null });
      await pods('shop').eventuallyLeaveAs(x.address, { over: 6 });
    });
    await pods('shop').leaveAs(x.address, { over: 6 });
    await pods('other').leaveAs('the address of their node', { over: 6 });
  },
});
