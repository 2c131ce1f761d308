import { defineCase } from '../../harness/case/define-case.ts';
import type { Requirement } from '../../harness/adapter/adapter.ts';

export default defineCase({
  id: 'SEL-03',
  title: 'a policy selects by In, NotIn, Exists and DoesNotExist as Kubernetes defines them, one after the other',
  level: 'extended',
  features: ['MatchExpressions', 'PodSelector', 'LifecycleApplyRemove', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'An absent label is not in a set, and so NotIn selects it: who gets that wrong hands out addresses to strangers.',
  given: {
    gold: { pods: { on: 'everyNode', labels: { tier: 'gold' } } },
    silver: { pods: { on: 'everyNode', labels: { tier: 'silver' } } },
    plain: { pods: { on: 'everyNode' } },
  },
  plan: 10,
  catches: ['selects-neighbours', 'stale-after-relabel'],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = (...podsMatching: Requirement[]) => ({ namespaces: ['gold', 'silver', 'plain'], podsMatching });
    const policy = await egress(by({ key: 'tier', operator: 'In', values: ['gold', 'bronze'] }));
    const selects = async (selected: string[], others: string[]): Promise<void> => {
      await Promise.all([
        pods(...selected).eventuallyLeaveAs(policy.address),
        pods(...others).eventuallyLeaveAs('the address of their node'),
      ]);
    };
    await selects(['gold'], ['silver', 'plain']);
    await coversAllPlacements(pods('gold'), policy);
    await policy.select(by({ key: 'tier', operator: 'NotIn', values: ['gold', 'bronze'] }));
    await selects(['silver', 'plain'], ['gold']);
    await policy.select(by({ key: 'tier', operator: 'Exists' }));
    await selects(['gold', 'silver'], ['plain']);
    await policy.select(by({ key: 'tier', operator: 'DoesNotExist' }));
    await selects(['plain'], ['gold', 'silver']);
    await pods('plain').leaveAs(policy.address);
    await pods('gold', 'silver').leaveAs('the address of their node');
  },
});
