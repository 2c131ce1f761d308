import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-05',
  title: 'while no node can have the Egress IP, selected pods are cut off and never seen as their node',
  level: 'extended',
  features: ['DropWhenNoGateway', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A policy that falls back to the address of the node lets an application out as whoever shares that node.',
  upstream: ['antrea-io/antrea#6228', 'antrea-io/antrea#6988'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['no-gateway-leaks'],
  // Every policy of the cluster loses its node.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, topology, nodes, witnessAddress, portOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const gateways = topology.nodes.filter(({ labels }) => labels['egress-gateway'] === 'true');
    const label = (value: string | null): Promise<unknown> =>
      Promise.all(gateways.map(({ name }) => nodes.label(name, { 'egress-gateway': value })));
    await label(null);
    await x.losesItsNode();
    await pods('shop').cannotReach((pod) => ({ name: 'the witness', host: witnessAddress, port: portOf(pod) }));
    await pods('other').leaveAs('the address of their node');
    await label('true');
    await pods('shop').eventuallyLeaveAs(x.address);
  },
});
