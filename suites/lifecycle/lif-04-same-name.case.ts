import { defineCase } from '../../harness/case/define-case.ts';

const rounds = 4;

export default defineCase({
  id: 'LIF-04',
  title: 'a pod that is deleted and created again under its name, each time on another node, leaves as the Egress IP',
  level: 'core',
  features: ['PodChurn', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Pods of a StatefulSet keep their names and change their nodes; what is known by name goes stale.',
  upstream: ['antrea-io/antrea#2718'],
  given: { shop: {}, other: {} },
  plan: 3 * rounds,
  catches: ['late-pods-ignored', 'tunnel-missing', 'selects-neighbours'],
  async checks({ egress, topology, startPods, removePods }) {
    const x = await egress({ namespace: 'shop' });
    for (let round = 0; round < rounds; round += 1) {
      const node = topology.nodes[round % topology.nodes.length]?.name ?? '';
      const [web, neighbour] = await Promise.all([
        startPods('shop', [{ node, name: 'web' }]),
        startPods('other', [{ node, name: 'web' }]),
      ]);
      await Promise.all([
        web.eventuallyLeaveAs(x.address, { meanwhile: [x.address] }),
        neighbour.eventuallyLeaveAs('the address of their node'),
      ]);
      await web.leaveAs(x.address, { by: ['tcp', 'udp'] });
      await Promise.all([removePods(web), removePods(neighbour)]);
    }
  },
});
