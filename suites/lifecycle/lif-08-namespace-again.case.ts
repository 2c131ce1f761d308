import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-08',
  title: 'a namespace that is deleted and created again is selected by the labels that it has now',
  level: 'core',
  features: ['LifecycleApplyRemove', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever creates a namespace under an old name must not inherit the address of its predecessor.',
  given: { other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['selects-neighbours', 'late-pods-ignored'],
  async checks({ pods, egress, namespaces, topology, startPods, unique, coversAllPlacements }) {
    const everyNode = topology.nodes.map(({ name }) => ({ node: name }));
    const labels = { team: unique('payments') };
    const x = await egress({ namespaceLabels: labels });
    await namespaces.create('shop', labels);
    await (await startPods('shop', everyNode)).eventuallyLeaveAs(x.address, { meanwhile: [x.address] });
    await coversAllPlacements(pods('shop'), x);
    await namespaces.remove('shop');
    await namespaces.create('shop');
    const second = await startPods('shop', everyNode);
    await second.eventuallyLeaveAs('the address of their node', { meanwhile: second.nodeAddresses });
    await second.leaveAs('the address of their node');
    await namespaces.remove('shop');
    await namespaces.create('shop', labels);
    const third = await startPods('shop', everyNode);
    await third.eventuallyLeaveAs(x.address, { meanwhile: [x.address] });
    await third.leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
