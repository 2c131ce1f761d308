import { defineCase } from '../../harness/case/define-case.ts';

/** Of the nodes that the policy goes round. */
const rounds = 3;

export default defineCase({
  id: 'SEL-13',
  title: 'a policy selects the pods of a namespace that run on certain nodes, and only those',
  level: 'extended',
  features: ['NodeOfPodSelector', 'NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Sites and zones leave through an exit of their own; a pod elsewhere that takes it crosses the site and back.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 1 + 2 * rounds,
  catches: ['selects-neighbours', 'tunnel-missing', 'local-missing', 'stale-after-relabel'],
  async checks({ pods, egress, topology, coversAllPlacements }) {
    const of = (name: string) => ({ namespace: 'shop', onNodes: { 'kubernetes.io/hostname': name } });
    const [first, ...others] = topology.nodes.slice(0, rounds).map(({ name }) => name);
    const x = await egress(of(first ?? ''));
    for (const node of [first ?? '', ...others]) {
      if (node !== first) await x.select(of(node));
      await pods('shop').on(node).eventuallyLeaveAs(x.address);
      const elsewhere = pods('shop').where((pod) => pod.node !== node, `pods of shop that are not on ${node}`);
      await elsewhere.eventuallyLeaveAs('the address of their node');
    }
    await coversAllPlacements(pods('shop'), x);
    await pods('other').leaveAs('the address of their node');
  },
});
