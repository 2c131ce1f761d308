import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'OBS-03',
  title: 'metrics count an Egress IP while it is in place, and that it moved',
  level: 'extended',
  features: ['Metrics', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An address that nobody counts is missed only when somebody complains.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 7,
  catches: ['address-stays'],
  needs: ['nodeHosts'],
  // Others' policies would be counted as well, and move with the node.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, nodes, statuses, coversAllPlacements }) {
    const before = await statuses.metrics();
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await statuses.comesToCount('Egress IPs in place', before.addresses + 1, ({ addresses }) => addresses);
    const { taken } = await statuses.metrics();
    await nodes.label(await x.owner(), { 'egress-gateway': null });
    await pods('shop').eventuallyLeaveAs(x.address);
    await statuses.comesToCount('assignments of Egress IPs', taken + 1, (now) => now.taken);
    await x.remove();
    await statuses.comesToCount('Egress IPs in place', before.addresses, ({ addresses }) => addresses);
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await pods('other').leaveAs('the address of their node');
  },
});
