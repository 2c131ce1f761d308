import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'CONN-11',
  title: 'an egress node forgets the translations of flows that have ended',
  level: 'extended',
  features: ['AllPlacements', 'NamespaceSourceIP'],
  topology: 'egress',
  why: 'A translation that stays takes a port and memory for good: busy nodes run out of both.',
  given: { shop: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['translations-stay'],
  needs: ['nodeHosts'],
  // How long flows are kept is a setting of nodes, and all connections of one are counted.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, manyFlows, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await manyFlows.areForgotten(pods('shop'), await x.owner(), 2_000);
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
  },
});
