import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'DS-05',
  title: 'one policy for each family, both for the same pods: each family leaves as its own policy says',
  level: 'extended',
  features: ['IPv6', 'NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Two policies that select the same pods are a conflict for one family, and none for two.',
  upstream: ['antrea-io/antrea#4532'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 8,
  catches: ['ipv6-ignored', 'ipv4-ignored', 'selects-neighbours'],
  needs: ['ipv6'],
  async checks({ pods, egress, newAddress6, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const v4 = await egress({ namespace: 'shop' });
    const v6 = await egress({ namespace: 'shop' }, { addresses: [newAddress6()] });
    await pods('shop').eventuallyLeaveAs(v4.address, { by });
    await pods('shop').eventuallyLeaveAs(v6.address, { by, over: 6 });
    await coversAllPlacements(pods('shop'), v4);
    await coversAllPlacements(pods('shop'), v6);
    await pods('shop').leaveAs(v4.address, { by, count: 20 });
    await pods('shop').leaveAs(v6.address, { by, over: 6, count: 20 });
    await v4.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    await pods('shop').leaveAs(v6.address, { by, over: 6 });
    await pods('other').leaveAs('the address of their node', { by });
    await pods('other').leaveAs('the address of their node', { by, over: 6 });
  },
});
