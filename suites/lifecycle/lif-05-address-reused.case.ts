import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-05',
  title: 'a pod that gets the address of a gone pod leaves as its own namespace does, not as the other one did',
  level: 'core',
  features: ['PodChurn', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected', 'TCP+UDP'],
  topology: 'egress',
  why: 'Entries that are kept by address give the next pod the identity of the one before.',
  upstream: ['antrea-io/antrea#2718', 'kube-vip/kube-vip#1428'],
  given: { shop: { pods: { on: 'everyNode' } }, other: {} },
  plan: 5,
  catches: ['stale-after-relabel'],
  needs: ['podAddresses'],
  // Nobody else may take the addresses meanwhile.
  exclusive: true,
  async checks({ pods, egress, startPodsAs, removePods, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const x = await egress({ namespace: 'shop' });
    const first = pods('shop');
    await first.eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(first, x);
    await removePods(first);
    const second = await startPodsAs('other', first.facts);
    await second.eventuallyLeaveAs('the address of their node', { by, meanwhile: second.nodeAddresses });
    await second.leaveAs('the address of their node', { by });
    await removePods(second);
    const third = await startPodsAs('shop', first.facts);
    await third.eventuallyLeaveAs(x.address, { by, meanwhile: [x.address] });
    await third.leaveAs(x.address, { by });
  },
});
