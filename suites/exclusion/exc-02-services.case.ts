import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-02',
  title: 'selected pods reach services by cluster address, node port, name and DNS as before, never as the Egress IP',
  level: 'core',
  features: ['ServiceExempt', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'Policies that sent cluster addresses out of the cluster have cut pods off from services and DNS.',
  upstream: ['antrea-io/antrea#2330', 'antrea-io/antrea#2332', 'antrea-io/antrea#5494', 'antrea-io/antrea#5495'],
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'client' } } },
    backends: { pods: { on: 'everyNode', labels: { app: 'echo' } } },
  },
  plan: 8,
  catches: ['pods-not-exempt'],
  async checks({ pods, egress, services, topology, coversAllPlacements }) {
    await Promise.all(pods('backends', 'shop').members.map((pod) => services.serve(pod)));
    const dns = await services.dnsServer();
    const cluster = await services.create('backends', 'echo', { type: 'ClusterIP', selector: { app: 'echo' } });
    const headless = await services.create('backends', 'echo-headless', {
      type: 'headless',
      selector: { app: 'echo' },
    });
    const nodePort = await services.create('backends', 'echo-node-port', {
      type: 'NodePort',
      selector: { app: 'echo' },
    });
    // Its backends are the clients themselves: some connections come back to the pod they came from.
    const hairpin = await services.create('shop', 'self', { type: 'ClusterIP', selector: { app: 'client' } });
    const { port } = cluster;
    const by = ['tcp', 'udp'] as const;
    const direct = [
      { name: 'service by address', host: cluster.clusterIP, port },
      { name: 'own service', host: hairpin.clusterIP, port },
      ...topology.nodes.map(({ name, address }) => ({
        name: `node port on ${name}`,
        host: address,
        port: nodePort.nodePort,
      })),
    ];
    await pods('shop').untilAnsweredBy(direct, { by });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);

    const never = [x.address];
    await pods('shop').reachButNeverAs({ name: 'service by name', host: cluster.dnsName, port }, never, { dns });
    await pods('shop').reachButNeverAs({ name: 'headless service', host: headless.dnsName, port }, never, { dns });
    for (const to of direct) await pods('shop').reachButNeverAs(to, never, { by });
  },
});
