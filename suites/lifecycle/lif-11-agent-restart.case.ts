import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-11',
  title:
    'while the agent of the egress node or of a worker ends, however it ends, pods are never seen with another address',
  level: 'core',
  features: ['RestartSafe', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected', 'LifecycleApplyRemove'],
  topology: 'egress',
  why: 'An agent that starts with an empty table lets pods out as their nodes until it has learnt of them again.',
  upstream: ['antrea-io/antrea#6712', 'ovn-kubernetes/ovn-kubernetes#5606'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 8,
  catches: ['starts-empty', 'stale-after-delete'],
  needs: ['nodeHosts'],
  // The agents are everybody's.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, faults, topology, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const owner = await x.owner();
    const plain = topology.nodes.find(({ labels }) => labels['egress-gateway'] !== 'true')?.name ?? owner;
    for (const node of [owner, plain])
      for (const end of ['graceful-stop/v1', 'kill-agent/v1'] as const)
        await pods('shop').arriveOnlyAs(x.address, () => faults.makeAndEnd(end, node));
    await pods('shop').leaveAs(x.address, { count: 25 });
    // What changes while an agent is away it learns when it is back.
    await Promise.all([faults.makeAndEnd('kill-agent/v1', owner), x.remove()]);
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await pods('other').leaveAs('the address of their node');
  },
});
