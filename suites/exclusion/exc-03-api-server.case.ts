import { defineCase } from '../../harness/case/define-case.ts';
import { absentFromWire } from '../../harness/check/wire.ts';

export default defineCase({
  id: 'EXC-03',
  title: 'selected pods reach the API server, by its service and directly, and not as the Egress IP',
  level: 'core',
  features: ['NodeAndAPIServerExempt', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Controllers that run in selected pods lose their API server when the egress node is lost.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['api-server-not-exempt'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, services, topology, watchNode, check, coversAllPlacements }) {
    const { service, endpoint } = await services.apiServer();
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    // What the API server sees cannot be asked of it, so the cables of all nodes are watched.
    const watches = await Promise.all(topology.nodes.map(({ name }) => watchNode(name, `${endpoint.host}/32`)));
    await pods('shop').reachHttps(service, '/version');
    await pods('shop').reachHttps(endpoint, '/version');
    const seen = await Promise.all(watches.map((watch) => watch.packets()));
    check(`nothing reaches the API server as ${x.address}`, (context) =>
      absentFromWire(
        {
          packets: seen.flatMap(({ packets }) => packets.filter(({ dst }) => dst === endpoint.host)),
          dropped: seen.reduce((sum, { dropped }) => sum + dropped, 0),
          addresses: [x.address],
          atLeast: pods('shop').members.length,
        },
        context,
      ),
    );
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
