import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'DS-01',
  title:
    'IPv6 like IPv4: pods leave as the Egress IP, see each other as themselves, and are reached from outside as before',
  level: 'extended',
  features: [
    'IPv6',
    'NamespaceSourceIP',
    'PodToPodExempt',
    'IngressReplyUnaffected',
    'AllPlacements',
    'UnselectedUnaffected',
  ],
  topology: 'egress',
  why: 'Of two families the second one is the one that nobody looks at.',
  upstream: ['antrea-io/antrea#2196', 'antrea-io/antrea#2655', 'cilium/cilium#48660'],
  given: { shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } }, other: { pods: { on: 'everyNode' } } },
  plan: 13,
  catches: [
    'snat-missing',
    'snat-wrong-address',
    'snat-node-address',
    'tunnel-missing',
    'local-missing',
    'selects-neighbours',
    'pods-not-exempt',
    'replies-steered',
    'ipv6-ignored',
  ],
  needs: ['ipv6', 'nodeHosts', 'router'],
  async checks({ pods, egress, services, fromOutside, topology, newAddress6, witnessAddress6, coversAllPlacements }) {
    const over = 6;
    const by = ['tcp', 'udp', 'http'] as const;
    const servers = await Promise.all(pods('shop').members.map((pod) => services.serve(pod, 8080, over)));
    const wish = {
      type: 'NodePort',
      families: 'both',
      externalTrafficPolicy: 'Local',
      selector: { app: 'echo' },
    } as const;
    const { nodePort } = await services.create('shop', 'local', wish);
    await pods('shop').eventuallyLeaveAs('the address of their node', { by, over });
    const client = await fromOutside.client();
    const nodePorts = topology.nodes.map(({ name, address, address6 = address }) => ({
      name: `node port on ${name}`,
      host: address6,
      port: nodePort,
    }));
    await client.untilAnsweredBy(nodePorts, { by: ['tcp', 'udp'] });
    const x = await egress({ namespace: 'shop' }, { addresses: [newAddress6()] });
    await pods('shop').eventuallyLeaveAs(x.address, { by, over });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, over, count: 20 });
    await pods('other').leaveAs('the address of their node', { by, over });
    for (const server of servers)
      await pods('shop', 'other').reach(server, 'their own address', { by: ['tcp', 'udp'] });
    for (const to of nodePorts) await client.reach(to, witnessAddress6, { by: ['tcp', 'udp'] });
    for (const [index, server] of servers.entries()) {
      await fromOutside.leadTo(server.host, pods('shop').facts[index]?.node ?? '');
      await client.reach(server, witnessAddress6, { by: ['tcp', 'udp'] });
    }
  },
});
