import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'OBS-02',
  title: 'events tell that an Egress IP is assigned, that it is no more, and that it could not be',
  level: 'extended',
  features: ['Events', 'PinToNode', 'UpdateIP', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A status only says how things are; why a connection broke an hour ago is in the events.',
  upstream: ['antrea-io/antrea#5996', 'antrea-io/antrea#6011'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } }, lost: {} },
  plan: 6,
  catches: ['events-missing', 'failures-untold'],
  async checks({ pods, egress, newAddress, statuses, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    const nowhere = await egress({ namespace: 'lost' }, { via: 'no-such-node' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const owner = await x.owner();
    await statuses.isTold(x, 'assigned', [x.address, owner]);
    await statuses.isTold(nowhere, 'failed', []);
    const before = x.address;
    await x.changeTo(newAddress());
    await statuses.isTold(x, 'unassigned', [before, owner]);
    await pods('shop').eventuallyLeaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
