import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-05',
  title: 'a policy whose pool does not exist says so, and disturbs no other policy',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Objects are applied in any order; whoever looks at a policy that waits must see what it waits for.',
  upstream: ['antrea-io/antrea#6228'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['refusals-unsaid', 'bad-policy-stops-all'],
  async checks({ pods, egress, badInputs, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await badInputs.areHandled('missingPool', ['nowhere', 'elsewhere', 'gone', 'later', 'misspelt']);
    });
    await pods('other').leaveAs('the address of their node');
  },
});
