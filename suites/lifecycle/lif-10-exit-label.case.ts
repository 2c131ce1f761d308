import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-10',
  title: 'when its node is no exit any more, the Egress IP moves to another one, and its pods never leave as a node',
  level: 'core',
  features: ['LifecycleApplyRemove', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Taking the label away is how an administrator empties an egress node.',
  upstream: ['antrea-io/antrea#7345', 'antrea-io/antrea#5210'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['stale-owner', 'tunnel-missing'],
  needs: ['router'],
  // Every policy of the cluster moves.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, nodes, coversAllPlacements, neighbours }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const [before, answering] = [await x.owner(), await neighbours.nodeOf(x.address)];
    await pods('shop').arriveOnlyAs(x.address, async () => {
      await nodes.label(before, { 'egress-gateway': null });
      await pods('shop').eventuallyLeaveAs(x.address);
    });
    await neighbours.someoneElseAnswersFor(x.address, answering);
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
    await pods('other').leaveAs('the address of their node');
  },
});
