import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-04',
  title:
    'two namespaces leave as their own Egress IPs and never as the other one, over 200 interleaved connections each',
  level: 'core',
  features: ['NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'The firewall lets each application in by its address: one connection with the wrong one is a breach.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    bank: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 5,
  catches: ['crossed-addresses', 'snat-wrong-address', 'selects-neighbours'],
  async checks({ pods, egress, coversAllPlacements }) {
    const [x, y] = [await egress({ namespace: 'shop' }), await egress({ namespace: 'bank' })];
    await Promise.all([pods('shop').eventuallyLeaveAs(x.address), pods('bank').eventuallyLeaveAs(y.address)]);
    await coversAllPlacements(pods('shop'), x);
    await coversAllPlacements(pods('bank'), y);
    await Promise.all([
      pods('shop').leaveAs(x.address, { count: 67 }),
      pods('bank').leaveAs(y.address, { count: 67 }),
      pods('other').leaveAs('the address of their node', { count: 67 }),
    ]);
  },
});
