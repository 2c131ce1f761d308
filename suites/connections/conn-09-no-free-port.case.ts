import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'CONN-09',
  title: 'when an Egress IP has no free port for a destination, new flows to it fail and nothing leaves otherwise',
  level: 'extended',
  features: ['NoLeakUnderPortExhaustion', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A translator that finds no free port must drop: what it lets through has an address that it should not have.',
  upstream: ['cilium/cilium#18956', 'antrea-io/antrea#6544'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['overload-leaks'],
  needs: ['router', 'nodeHosts'],
  // How long flows are kept is a setting of nodes, and they fill the tables of all.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, manyFlows, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await manyFlows.exhaust(pods('shop'), x.address);
    // To other destinations there are as many ports again.
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
    await pods('other').leaveAs('the address of their node', { by: ['tcp', 'udp'] });
    await manyFlows.recover(pods('shop'), x.address);
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
  },
});
