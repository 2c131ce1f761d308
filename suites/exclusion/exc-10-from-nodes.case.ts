import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-10',
  title: 'nodes and hostNetwork pods reach selected pods, directly and by their service, and are answered',
  level: 'core',
  features: ['ServiceExempt', 'HostNetworkUnaffected', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'Health checks of the kubelet and webhooks of the API server come from nodes; unanswered, they kill the pods.',
  upstream: ['ovn-org/ovn-kubernetes#2580'],
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 8,
  catches: ['replies-steered'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, services, topology, nodeProcesses, coversAllPlacements }) {
    const servers = await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const selector = { app: 'echo' };
    const cluster = await services.create('shop', 'echo', { type: 'ClusterIP', selector });
    const processes = await nodeProcesses(topology.nodes.map(({ name }) => name));
    const by = ['tcp', 'udp'] as const;
    const service = { name: 'service of selected pods', host: cluster.clusterIP, port: cluster.port };
    await processes.untilAnsweredBy([service], { by });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await processes.reachButNeverAs(service, [x.address], { by });
    await pods('daemons').reachButNeverAs(service, [x.address], { by });
    for (const server of servers) await processes.reachButNeverAs(server, [x.address], { by });
    await processes.leaveAs('the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
