import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-10',
  title: 'when policies come and go, rules that others have on the nodes stay, and so do the policies of others',
  level: 'core',
  features: ['NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever clears up more than his own switches off a filter that somebody else relies on, and nobody is told.',
  upstream: ['kube-vip/kube-vip#551'],
  given: { shop: { pods: { on: 'everyNode' } }, web: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['others-cleared'],
  needs: ['nodeHosts'],
  // What comes of others' rules is told from two looks at the nodes, in which nobody else may change any.
  exclusive: true,
  async checks({ pods, egress, nodes, nodeHosts, topology, coversAllPlacements }) {
    const theirs = 'chain theirs { type filter hook forward priority 5; ip saddr 192.0.2.99 drop; }';
    const y = await egress({ namespace: 'web' });
    await pods('web').eventuallyLeaveAs(y.address);
    const lines = await nodes.installation.linesOf(async () => {
      for (const { name } of topology.nodes) await nodeHosts.addTable(name, theirs);
    });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await x.replace();
    await pods('shop').eventuallyLeaveAs(x.address);
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await pods('web').leaveAs(y.address);
    await nodes.installation.keeps(lines);
  },
});
