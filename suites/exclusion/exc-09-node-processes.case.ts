import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-09',
  title: 'processes of a node and hostNetwork pods never leave as the Egress IP, not even on the egress node',
  level: 'core',
  features: ['HostNetworkUnaffected', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'The egress node has the address on an interface; its own traffic must not start to use it.',
  upstream: ['antrea-io/antrea#3431', 'antrea-io/antrea#3430', 'antrea-io/antrea#2850', 'antrea-io/antrea#2851'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 4,
  catches: ['host-network-selected'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, topology, nodeProcesses, coversAllPlacements }) {
    const processes = await nodeProcesses(topology.nodes.map(({ name }) => name));
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const by = ['tcp', 'udp'] as const;
    await processes.leaveAs('the address of their node', { by, count: 20 });
    await pods('daemons').leaveAs('the address of their node', { by, count: 20 });
    await pods('shop').leaveAs(x.address, { by });
  },
});
