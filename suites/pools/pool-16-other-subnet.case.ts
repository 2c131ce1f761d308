import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-16',
  title: 'addresses of a subnet of their own leave by its gateway, and others by that of the nodes',
  level: 'extended',
  features: ['SecondaryNetwork', 'AllPlacements', 'TCP+UDP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A router knows the addresses of its own network only: what comes to it with others is dropped, or never answered.',
  upstream: ['antrea-io/antrea#6547', 'antrea-io/antrea#7491'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    web: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 9,
  catches: ['subnets-ignored'],
  needs: ['router'],
  async checks({ pods, egress, secondNetwork, coversAllPlacements }) {
    const {
      subnet,
      addresses: [address, another],
    } = await secondNetwork.open();
    const x = await egress({ namespace: 'shop' }, { addresses: [address], subnet });
    const y = await egress({ namespace: 'web' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await pods('web').eventuallyLeaveAs(y.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'], count: 20 });
    await pods('web').leaveAs(y.address);
    await pods('other').leaveAs('the address of their node');
    await y.remove();
    await pods('web').eventuallyLeaveAs('the address of their node');
    // Another address of the subnet, which the same gateway serves, and the first goes.
    const z = await egress({ namespace: 'web' }, { addresses: [another], subnet });
    await pods('web').eventuallyLeaveAs(z.address);
    await x.remove();
    await pods('web').leaveAs(z.address);
    await secondNetwork.isUsedByItsGateway();
  },
});
