import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-09',
  title: 'hostNetwork pods of a selected namespace keep the address of their node',
  level: 'core',
  features: ['HostNetworkUnaffected', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'A hostNetwork pod has the address of the node: selecting it selects everything on the node.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    daemons: { labels: { 'egressproof.dev/with': 'host-network' }, pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 3,
  catches: ['host-network-selected', 'snat-missing'],
  async checks({ pods, egress, newAddress, coversAllPlacements }) {
    const address = newAddress();
    const x = await egress({ namespace: 'shop' }, { addresses: [address] });
    await egress({ namespace: 'daemons' }, { addresses: [address] });
    await pods('shop').eventuallyLeaveAs(address);
    await coversAllPlacements(pods('shop'), x);
    await pods('daemons').leaveAs('the address of their node', { by: ['tcp', 'udp'], count: 20 });
    await pods('shop').leaveAs(address);
  },
});
