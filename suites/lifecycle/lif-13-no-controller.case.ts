import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-13',
  title:
    'while the controller is away pods keep their Egress IP, and pods that start leave with it or wait, as declared',
  level: 'extended',
  features: ['RestartSafe', 'NoLeakAtPodStart', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Maintenance of the control plane must not be an hour in which applications have no identity.',
  upstream: ['antrea-io/antrea#8268'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['late-pods-ignored', 'snat-missing'],
  // The controller is everybody's.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, faults, startPods, topology, declared, witnessOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const early = pods('shop');
    const away = await faults.make('controller-down/v1');
    const nodes = topology.nodes.map(({ name: node }) => ({ node }));
    const late = await startPods('shop', nodes);
    if (declared.podsWithoutController === 'served') await late.eventuallyLeaveAs(x.address);
    else await late.cannotReach(witnessOf);
    await early.leaveThroughoutAs(x.address, () => away.end());
    await late.eventuallyLeaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
