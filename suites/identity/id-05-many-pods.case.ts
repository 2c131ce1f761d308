import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-05',
  title: 'each of more than 20 pods of a namespace leaves as the Egress IP',
  level: 'core',
  features: ['NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Checkers that stop at the first pod have missed namespaces of which only one pod was steered.',
  given: { shop: { pods: { on: 'everyNode', perNode: 7 } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['first-pod-only', 'tunnel-missing', 'selects-neighbours'],
  async checks({ pods, egress, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
