import { defineCase } from '../../harness/case/define-case.ts';

const rounds = 10;
/** Ten connections in a row over this long show that a round has settled; connections are made all the time anyway. */
const overMs = 270;

export default defineCase({
  id: 'SEL-11',
  title: 'labels and selectors go to and fro ten times: pods leave as one policy or the other, never as their node',
  level: 'extended',
  features: ['NoLeakWhileMoving', 'LifecycleApplyRemove', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Where the old rule goes before the new one comes, each relabelling shows the node to the firewall for a moment.',
  given: {
    relabelled: { pods: { on: 'everyNode' } },
    reselected: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 5 + 2 * rounds,
  catches: ['gap-while-moving', 'crossed-addresses'],
  // Its connections, a hundred a second, leave little of a small machine to others.
  exclusive: true,
  async checks({ pods, egress, namespaces, unique, coversAllPlacements }) {
    const [a, b, nobody] = [unique('a'), unique('b'), { namespaceLabels: { egress: unique('nobody') } }];
    const byLabel = [
      await egress({ namespaceLabels: { egress: a } }),
      await egress({ namespaceLabels: { egress: b } }),
    ];
    await namespaces.label('relabelled', { egress: a });
    const bySelector = [await egress({ namespace: 'reselected' }), await egress(nobody)];
    const [relabelled, reselected] = [pods('relabelled'), pods('reselected')];
    const [x, y, p, q] = [...byLabel, ...bySelector].map(({ address }) => address) as [string, string, string, string];
    await Promise.all([relabelled.eventuallyLeaveAs(x), reselected.eventuallyLeaveAs(p)]);
    const stillSelected = { stillSelected: true };
    const round = async (number: number): Promise<void> => {
      const [from, to] = number % 2 === 0 ? bySelector : bySelector.toReversed();
      await namespaces.label('relabelled', { egress: number % 2 === 0 ? b : a }, stillSelected);
      // First the one that gains the pods: so one or the other selects them all the time.
      await to?.select({ namespace: 'reselected' }, stillSelected);
      await from?.select(nobody, stillSelected);
      await Promise.all([
        relabelled.eventuallyLeaveAs(number % 2 === 0 ? y : x, { overMs }),
        reselected.eventuallyLeaveAs(number % 2 === 0 ? q : p, { overMs }),
      ]);
    };
    const churn = async (): Promise<void> => {
      for (let number = 0; number < rounds; number += 1) await round(number);
    };
    const { promise: churned, resolve } = Promise.withResolvers<void>();
    await Promise.all([
      relabelled.arriveOnlyAs([x, y], () => churn().finally(resolve)),
      reselected.arriveOnlyAs([p, q], () => churned),
    ]);
    await coversAllPlacements(relabelled, byLabel[0] as (typeof byLabel)[number]);
    await pods('other').leaveAs('the address of their node');
  },
});
