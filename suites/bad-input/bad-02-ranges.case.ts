import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-02',
  title: 'ranges that are none, or overlap with another one, are refused, and disturb no other policy',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Two pools with one address give it to two applications, and the firewall cannot tell them apart any more.',
  upstream: ['antrea-io/antrea#4115', 'antrea-io/antrea#7149'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['webhook-missing'],
  async checks({ pods, egress, badInputs, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      const none = [
        '192.0.2.300/24',
        '192.0.2.0/33',
        '192.0.2.0/-1',
        '192.0.2.0',
        'x-y',
        '192.0.2.9-192.0.2.1',
        '192.0.2.1-fd00::1',
      ];
      await badInputs.areHandled('malformedRange', none);
      await badInputs.areHandled('overlappingRange', [
        `${x.address}/32`,
        `${x.address}-${x.address}`,
        `${x.address}/20`,
      ]);
    });
    await pods('other').leaveAs('the address of their node');
  },
});
