import { defineCase } from '../../harness/case/define-case.ts';
import { shuffler } from '../../harness/case/shuffle.ts';

const rounds = 4;

export default defineCase({
  id: 'BAD-10',
  title:
    'a policy and what it depends on come and go in any order: it works in the end, nothing is left, nobody else notices',
  level: 'extended',
  features: ['IPPool', 'StatusNode', 'LifecycleApplyRemove', 'PodChurn', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Tools delete a whole application in no order; whatever went last has left rules and addresses behind.',
  upstream: ['antrea-io/antrea#6685', 'antrea-io/antrea#4115'],
  given: { shop: {}, keep: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  parameters: { seed: { means: 'what the orders are drawn from', default: 1, min: 0, max: 2 ** 32 - 1 } },
  plan: 3 + 2 * rounds,
  catches: ['late-pods-ignored', 'address-stays', 'stale-owner', 'bad-policy-stops-all'],
  needs: ['router'],
  async checks({
    pods,
    egress,
    allocation,
    namespaces,
    startPods,
    removePods,
    neighbours,
    topology,
    unique,
    parameter,
    coversAllPlacements,
  }) {
    const shuffled = shuffler(parameter('seed'));
    const y = await egress({ namespace: 'keep' });
    await pods('keep').eventuallyLeaveAs(y.address);
    await coversAllPlacements(pods('keep'), y);
    const addresses = allocation.newAddresses(rounds);
    const labels = { egress: unique('shop') };
    await pods('keep').leaveThroughoutAs(y.address, async () => {
      for (const address of addresses) {
        const of = allocation.pool({ start: address, end: address });
        let policy: Awaited<ReturnType<typeof egress>> | undefined;
        const made = {
          pool: () => of.apply(),
          policy: async () => (policy = await egress({ namespaceLabels: labels }, { pool: of })),
          label: () => namespaces.label('shop', labels),
          pods: () =>
            startPods(
              'shop',
              topology.nodes.map(({ name }) => ({ node: name })),
            ),
        };
        for (const [, make] of shuffled(Object.entries(made))) await make();
        await pods('shop').eventuallyLeaveAs(address);
        const deleted = {
          pool: () => of.remove({ stillSelected: false }),
          policy: () => policy?.remove(),
          label: () => namespaces.label('shop', { egress: null }),
          pods: () => removePods(pods('shop')),
        };
        for (const [, remove] of shuffled(Object.entries(deleted))) await remove();
      }
      await Promise.all(addresses.map((address) => neighbours.comesToBeNobodys(address)));
    });
    await pods('other').leaveAs('the address of their node');
  },
});
