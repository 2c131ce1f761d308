import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-02',
  title: 'pods that start when their policy is there already leave as the Egress IP',
  level: 'core',
  features: ['LifecycleApplyRemove', 'PodChurn', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Pods come and go all day; the policy was written once.',
  given: { shop: { pods: { on: 'everyNode' } }, other: {} },
  plan: 4,
  catches: ['late-pods-ignored', 'selects-neighbours'],
  async checks({ pods, egress, topology, startPods, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    const everyNode = topology.nodes.map(({ name }) => ({ node: name }));
    const [late, neighbours] = await Promise.all([startPods('shop', everyNode), startPods('other', everyNode)]);
    await Promise.all([late.eventuallyLeaveAs(x.address), neighbours.eventuallyLeaveAs('the address of their node')]);
    await coversAllPlacements(late, x);
    await late.leaveAs(x.address, { by: ['tcp', 'udp'] });
  },
});
