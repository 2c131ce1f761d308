import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-07',
  title: 'a change of what cannot be changed is refused, whichever way it is written, and disturbs no policy',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A change that is taken and not followed leaves an object that says something else than what is so.',
  upstream: ['antrea-io/antrea#6685'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['webhook-missing'],
  async checks({ pods, egress, badInputs, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      // RFC 5737 has them for documentation; nobody else does.
      const range = '198.51.100.8-198.51.100.15';
      await badInputs.areHandled('immutableField', [
        `${range} > 198.51.100.16-198.51.100.23`,
        `${range} > 198.51.100.8-198.51.100.14`,
        `${range} > 198.51.100.9-198.51.100.15`,
        `${range},198.51.100.64/29 > 198.51.100.64/29`,
        `198.51.100.64/29 > 198.51.100.64/30,198.51.100.68/30`,
      ]);
    });
    await pods('other').leaveAs('the address of their node');
  },
});
