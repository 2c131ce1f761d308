import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-03',
  title: 'whoever may label pods claims a policy for pods as declared, and never one for a namespace of others',
  level: 'declared',
  features: ['PodSelector', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Editors of a namespace label their pods as they like: a policy that goes by labels of pods alone is for everybody.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    mallory: { pods: { on: 'everyNode' } },
  },
  plan: 5,
  catches: ['selects-neighbours'],
  async checks({ pods, egress, namespaces, unique, declared }) {
    const labels = { role: unique('billing') };
    await namespaces.labelPods(pods('shop').facts, labels);
    const byPods = await egress({ pods: labels });
    await pods('shop').eventuallyLeaveAs(byPods.address);
    await pods('mallory').leaveAs('the address of their node');
    await namespaces.labelPods(pods('mallory').facts, labels);
    if (declared.claimByPodLabels === 'possible') await pods('mallory').eventuallyLeaveAs(byPods.address);
    else await pods('mallory').leaveAs('the address of their node', { count: 40 });
    await byPods.remove();

    const ofNamespace = await egress({ namespace: 'shop', pods: labels });
    await pods('shop').eventuallyLeaveAs(ofNamespace.address);
    await pods('mallory').eventuallyLeaveAs('the address of their node');
  },
});
