import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-11',
  title: 'a policy for every pod and every destination leaves the inside of the cluster as it was',
  level: 'core',
  features: ['PodToPodExempt', 'ServiceExempt', 'NodeAndAPIServerExempt', 'HostNetworkUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A policy for 0.0.0.0/0 once took the whole cluster away from its API server, its DNS and itself.',
  upstream: ['cilium/cilium#16147'],
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 12,
  catches: ['pods-not-exempt', 'nodes-not-exempt', 'host-network-selected'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, services, portOf, coversAllPlacements }) {
    const servers = await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const dns = await services.dnsServer();
    const cluster = await services.create('shop', 'echo', { type: 'ClusterIP', selector: { app: 'echo' } });
    const { service, endpoint } = await services.apiServer();
    const byName = { name: 'service by name', host: cluster.dnsName, port: cluster.port };
    await pods('shop').untilAnsweredBy([byName], { dns });
    const x = await egress('everything');
    await pods('shop').eventuallyLeaveAs(x.address, { by: ['tcp', 'udp'] });
    await coversAllPlacements(pods('shop'), x);

    for (const server of servers) await pods('shop').reach(server, 'their own address', { by: ['tcp', 'udp'] });
    for (const daemon of pods('daemons').members) {
      await pods('shop').reachButNeverAs(await services.serve(daemon, portOf(daemon.facts)), [x.address]);
    }
    await pods('shop').reachButNeverAs(byName, [x.address], { dns });
    await pods('shop').reachHttps(service, '/version');
    await pods('shop').reachHttps(endpoint, '/version');
    await pods('daemons').leaveAs('the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
