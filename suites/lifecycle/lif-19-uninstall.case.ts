import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-19',
  title: 'when the implementation is taken away, nothing of it stays on nodes, and the rules of others stay',
  level: 'core',
  features: ['CleanUninstall', 'LifecycleApplyRemove', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What is left behind goes on deciding about packets, and nobody knows any more why.',
  upstream: ['antrea-io/antrea#7898', 'kube-vip/kube-vip#551'],
  given: { shop: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['table-stays'],
  needs: ['nodeHosts'],
  // Nobody has an Egress meanwhile.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, nodes, nodeHosts, topology, removePods, startPods }) {
    const names = topology.nodes.map(({ name }) => name);
    const theirs = 'chain theirs { type filter hook forward priority 5; ip saddr 192.0.2.99 drop; }';
    const shop = pods('shop');
    const x = await egress({ namespace: 'shop' });
    await shop.eventuallyLeaveAs(x.address);
    await removePods(shop);
    const lines = await nodes.installation.linesOf(async () => {
      for (const node of names) await nodeHosts.addTable(node, theirs);
    });
    await nodes.installation.leavesNothing(lines);
    const after = await startPods(
      'shop',
      names.map((node) => ({ node })),
    );
    await after.eventuallyLeaveAs('the address of their node');
    await after.leaveAs('the address of their node');
  },
});
