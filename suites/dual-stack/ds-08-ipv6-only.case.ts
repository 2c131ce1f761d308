import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'DS-08',
  title: 'on a cluster without IPv4 pods leave as the Egress IP from every node, and the inside is reached as before',
  level: 'extended',
  features: [
    'IPv6OnlyCluster',
    'IPv6',
    'NamespaceSourceIP',
    'PodToPodExempt',
    'ServiceExempt',
    'NodeAndAPIServerExempt',
    'AllPlacements',
    'UnselectedUnaffected',
  ],
  topology: 'egress-ipv6',
  why: 'What was made for IPv4 first has it somewhere as an assumption: in the overlay, in heartbeats, in the address of the API server.',
  upstream: ['antrea-io/antrea#2196'],
  given: { shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } }, other: { pods: { on: 'everyNode' } } },
  plan: 10,
  catches: ['snat-missing', 'tunnel-missing', 'pods-not-exempt', 'ipv6-ignored', 'selects-neighbours'],
  async checks({ pods, egress, services, statuses, coversAllPlacements }) {
    const by = ['tcp', 'udp', 'http'] as const;
    const servers = await Promise.all(pods('other').members.map((pod) => services.serve(pod)));
    await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const service = await services.create('shop', 'echo', { type: 'ClusterIP', selector: { app: 'echo' } });
    const apiServer = await services.apiServer();
    const to = { name: 'a service', host: service.clusterIP, port: service.port };
    await pods('shop').untilAnsweredBy([to], { by: ['tcp', 'udp'] });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 20 });
    await pods('other').leaveAs('the address of their node', { by });
    for (const server of servers) await pods('shop').reach(server, 'their own address', { by: ['tcp', 'udp'] });
    await pods('shop').reachButNeverAs(to, [x.address], { by: ['tcp', 'udp'] });
    await pods('shop').reachHttps(apiServer.service, '/version');
    await statuses.comesTrue(x);
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
  },
});
