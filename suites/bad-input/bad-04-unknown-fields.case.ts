import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-04',
  title: 'fields that do not exist are refused, and disturb no other policy',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A field that is dropped in silence, such as a misspelt one, leaves a policy that is not what was asked for.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['schema-missing'],
  async checks({ pods, egress, badInputs, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await badInputs.areHandled('unknownField', ['egressIp', 'colour', 'externalIPPoolName']);
    });
    await pods('other').leaveAs('the address of their node');
  },
});
