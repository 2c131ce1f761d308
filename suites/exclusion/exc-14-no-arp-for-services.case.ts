import { defineCase } from '../../harness/case/define-case.ts';
import { nobodyAskedFor } from '../../harness/check/neighbours.ts';

export default defineCase({
  id: 'EXC-14',
  title: 'while selected pods use services, no node asks its network for a service address',
  level: 'core',
  features: ['ServiceExempt', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'An egress node that broadcasts ARP for service addresses fills the network of all nodes, and reaches nothing.',
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'client' } } },
    backends: { pods: { on: 'everyNode', labels: { app: 'echo' } } },
  },
  plan: 5,
  catches: ['services-on-link'],
  needs: ['nodeHosts', 'router'],
  async checks({ pods, egress, services, neighbours, topology, watchNode, check, coversAllPlacements }) {
    await Promise.all(pods('backends').members.map((pod) => services.serve(pod)));
    const selector = { app: 'echo' };
    const cluster = await services.create('backends', 'echo', { type: 'ClusterIP', selector });
    const abandoned = await services.create('backends', 'abandoned', {
      type: 'ClusterIP',
      selector: { app: 'nobody' },
    });
    const service = { name: 'service', host: cluster.clusterIP, port: cluster.port };
    await pods('shop').untilAnsweredBy([service], { by: ['tcp', 'udp'] });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const watches = await Promise.all(topology.nodes.map(({ name }) => watchNode(name, topology.serviceCIDR)));
    const nowhere = { name: 'service address of nobody', host: unused(topology.serviceCIDR), port: cluster.port };
    await pods('shop').reachButNeverAs(service, [x.address], { by: ['tcp', 'udp'] });
    const idle = { name: 'service without backends', host: abandoned.clusterIP, port: abandoned.port };
    await Promise.all([idle, nowhere].map((to) => pods('shop').cannotReach(to, { count: 2 })));
    // A question that is asked in any case: so the captures are known to hear.
    await neighbours.whoAnswersFor(x.address);
    const seen = await Promise.all(watches.map((watch) => watch.packets()));
    check('nobody asks for a service address', (context) =>
      nobodyAskedFor(
        {
          packets: seen.flatMap(({ packets }) => packets),
          dropped: seen.reduce((sum, { dropped }) => sum + dropped, 0),
          cidrs: [topology.serviceCIDR],
          atLeast: 1,
        },
        context,
      ),
    );
    await pods('shop').leaveAs(x.address);
  },
});

/** The last address but one of an IPv4 range: services get theirs from the front or by chance, and seldom this one. */
function unused(cidr: string): string {
  const [network = '', bits = '16'] = cidr.split('/');
  const value = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + 2 ** (32 - Number(bits)) - 2;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
