import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-02',
  title: 'labels of pods give, move and take away Egress IPs: one policy loses the pod, the other gains it',
  level: 'extended',
  features: ['PodSelector', 'LifecycleApplyRemove', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A pod that changes hands must leave as its new owner, and never as its node in between for longer than declared.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['stale-after-relabel', 'early-pods-ignored'],
  async checks({ pods, egress, namespaces, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop', pods: { team: 'a' } });
    const y = await egress({ namespace: 'shop', pods: { team: 'b' } });
    const members = pods('shop').facts;
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await namespaces.labelPods(members, { team: 'a' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await namespaces.labelPods(members, { team: 'b' });
    await pods('shop').eventuallyLeaveAs(y.address);
    await namespaces.labelPods(members, { team: null });
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await pods('other').leaveAs('the address of their node');
  },
});
