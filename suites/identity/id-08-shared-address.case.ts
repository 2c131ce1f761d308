import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-08',
  title: 'two namespaces share an Egress IP, and one keeps it when the policy of the other is deleted',
  level: 'extended',
  features: ['SharedIP', 'NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements'],
  topology: 'egress',
  why: 'Deleting one policy has taken the address away from the other one.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    bank: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 5,
  catches: ['shared-address-lost', 'stale-after-delete'],
  async checks({ pods, egress, newAddress, coversAllPlacements }) {
    const address = newAddress();
    const first = await egress({ namespace: 'shop' }, { addresses: [address] });
    const second = await egress({ namespace: 'bank' }, { addresses: [address] });
    await Promise.all([pods('shop').eventuallyLeaveAs(address), pods('bank').eventuallyLeaveAs(address)]);
    await coversAllPlacements(pods('bank'), second);
    await first.remove();
    await pods('bank').leaveThroughoutAs(address, async () => {
      await pods('shop').eventuallyLeaveAs('the address of their node');
    });
    await pods('bank').leaveAs(address, { count: 25 });
    await pods('other').leaveAs('the address of their node');
  },
});
