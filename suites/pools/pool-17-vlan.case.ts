import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-17',
  title: 'addresses of a subnet in a VLAN are used in that VLAN or not at all, and the policy says which',
  level: 'declared',
  features: ['SecondaryNetwork', 'PendingReason', 'DropWhenNoGateway', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Not every kernel has VLANs: an address that is used without its tag is in the wrong network, and nobody knows.',
  upstream: ['antrea-io/antrea#7834'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    web: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['vlans-ignored'],
  needs: ['router'],
  async checks({ pods, egress, declared, secondNetwork, statuses, witnessAddress, portOf, coversAllPlacements }) {
    // The other hosts of the network are there, and in no VLAN.
    const { subnet, addresses } = await secondNetwork.open();
    const [address] = addresses;
    const x = await egress({ namespace: 'shop' }, { addresses: [address], subnet: { ...subnet, vlan: 100 } });
    if (declared.vlan === 'reported') await statuses.saysWhy(x, /VLAN/);
    else await statuses.comesTrue(x);
    await pods('shop').cannotReach((pod) => ({ name: 'the witness', host: witnessAddress, port: portOf(pod) }));
    const y = await egress({ namespace: 'web' });
    await pods('web').eventuallyLeaveAs(y.address);
    await coversAllPlacements(pods('shop'), y);
    await pods('other').leaveAs('the address of their node');
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await secondNetwork.isUsedByItsGateway();
  },
});
