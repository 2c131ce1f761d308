import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'CONN-13',
  title:
    'nodes whose interfaces filter strictly by the way back, also when somebody sets them so later, let selected pods out and in',
  level: 'extended',
  features: ['AllPlacements', 'TCP+UDP', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What comes out of an overlay does not come from where its source is routed to: a strict filter drops it without a word.',
  upstream: ['antrea-io/antrea#2060', 'antrea-io/antrea#6546'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['filter-stays-strict'],
  needs: ['nodeHosts'],
  // A setting of every interface of every node.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, nodeHosts, topology, startPods, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    for (const { name } of topology.nodes) await nodeHosts.filterStrictly(name);
    await pods('shop').eventuallyLeaveAs(x.address, { by: ['tcp', 'udp'] });
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'], count: 20 });
    await pods('other').leaveAs('the address of their node', { by: ['tcp', 'udp'] });
    // The interface of a new pod is strict as well, for so is the default.
    const late = await startPods(
      'shop',
      topology.nodes.map(({ name: node }) => ({ node })),
    );
    await late.eventuallyLeaveAs(x.address);
    await late.leaveAs(x.address, { by: ['tcp', 'udp'] });
  },
});
