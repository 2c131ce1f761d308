import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-09',
  title: 'a limit of -1, 300 or x is refused or reported and moves no Egress IP; a limit of 0 moves it',
  level: 'extended',
  features: ['InputValidation', 'MaxIPsPerNode', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A limit of -1 was taken as it stood: the node lost its addresses, and only its log knew why.',
  upstream: ['antrea-io/antrea#8115', 'antrea-io/antrea#4593'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['wrong-limits-taken', 'capacity-ignored', 'events-missing'],
  needs: ['router'],
  // Every policy of the node is limited.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, badInputs, nodes, neighbours, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const owner = await x.owner();
    await pods('shop').leaveThroughoutAs(x.address, () =>
      badInputs
        .areHandled(
          'nodeLimit',
          ['-1', '300', 'x', ' 5', '1.5', '1e2'].map((limit) => `${limit} on ${owner}`),
        )
        .then(() => undefined),
    );
    await neighbours.isAt(x.address, owner);
    await nodes.limit(owner, 0);
    await x.leaves(owner);
    await pods('shop').eventuallyLeaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
