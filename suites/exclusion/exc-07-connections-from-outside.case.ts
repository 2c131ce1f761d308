import { defineCase } from '../../harness/case/define-case.ts';
import type { Destination } from '../../harness/history/events.ts';

export default defineCase({
  id: 'EXC-07',
  title: 'connections from outside to selected pods, by node port, load balancer or directly, are answered as before',
  level: 'core',
  features: ['IngressReplyUnaffected', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'An answer that leaves by the egress node, or with the Egress IP, is one that no client has asked for.',
  upstream: ['antrea-io/antrea#3362', 'antrea-io/antrea#3371', 'antrea-io/antrea#3397', 'antrea-io/antrea#2060'],
  given: { shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } } },
  plan: 13,
  catches: ['replies-steered'],
  needs: ['nodeHosts', 'router'],
  async checks({ pods, egress, services, fromOutside, topology, newAddress, witnessAddress, coversAllPlacements }) {
    const servers = await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const client = await fromOutside.client();
    const ways: { to: Destination; policy: 'Cluster' | 'Local' }[] = [];
    for (const policy of ['Cluster', 'Local'] as const) {
      const name = policy.toLowerCase();
      const loadBalancerIP = newAddress();
      const wish = { selector: { app: 'echo' }, externalTrafficPolicy: policy };
      const { nodePort } = await services.create('shop', `${name}-port`, { type: 'NodePort', ...wish });
      const balanced = { type: 'LoadBalancer', loadBalancerIP, ...wish } as const;
      const { port } = await services.create('shop', `${name}-balanced`, balanced);
      await fromOutside.leadTo(loadBalancerIP, topology.nodes[0]?.name ?? '');
      ways.push({ policy, to: { name: `load balancer, ${policy}`, host: loadBalancerIP, port } });
      for (const node of topology.nodes)
        ways.push({ policy, to: { name: `node port on ${node.name}, ${policy}`, host: node.address, port: nodePort } });
    }
    const by = ['tcp', 'udp'] as const;
    await client.untilAnsweredBy(
      ways.map(({ to }) => to),
      { by },
    );
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    for (const { to, policy } of ways) {
      // externalTrafficPolicy Local keeps the client's address; with Cluster the node that was asked puts one of its own.
      if (policy === 'Local') await client.reach(to, witnessAddress, { by });
      else await client.reachButNeverAs(to, [x.address], { by });
    }
    for (const server of servers) {
      const { node } = pods('shop').facts.find(({ ip }) => ip === server.host) ?? { node: '' };
      await fromOutside.leadTo(server.host, node);
      await client.reach(server, witnessAddress, { by });
    }
    await pods('shop').leaveAs(x.address);
  },
});
