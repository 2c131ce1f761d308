import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-04',
  title: 'a policy with both selectors is for pods that fulfil both, not for those of the namespace or with the label',
  level: 'extended',
  features: ['PodSelector', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Read as "or", it gives the address to everybody in the namespace, and to whoever takes the label elsewhere.',
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'web' } } },
    other: { pods: { on: 'everyNode', labels: { app: 'web' } } },
  },
  plan: 4,
  catches: ['selects-neighbours', 'local-missing', 'tunnel-missing'],
  async checks({ pods, egress, startPods, topology, coversAllPlacements }) {
    const web = pods('shop');
    const database = await startPods(
      'shop',
      topology.nodes.map(({ name }) => ({ node: name, labels: { app: 'database' } })),
    );
    const x = await egress({ namespace: 'shop', pods: { app: 'web' } });
    await web.eventuallyLeaveAs(x.address);
    await coversAllPlacements(web, x);
    await database.leaveAs('the address of their node', { count: 25 });
    await pods('other').leaveAs('the address of their node', { count: 25 });
    await web.leaveAs(x.address);
  },
});
