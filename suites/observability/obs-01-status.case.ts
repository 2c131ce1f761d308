import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'OBS-01',
  title: 'the status tells the Egress IP and the node that answers for it, and claims no node where none has it',
  level: 'extended',
  features: ['StatusNode', 'PinToNode', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever looks for a lost connection begins at the node that the status names; a wrong one leads astray.',
  upstream: ['antrea-io/antrea#3179', 'antrea-io/antrea#5282'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } }, lost: {} },
  plan: 5,
  catches: ['status-names-another-node', 'status-claims-unassigned'],
  needs: ['router'],
  async checks({ pods, egress, statuses, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    const nowhere = await egress({ namespace: 'lost' }, { via: 'no-such-node' });
    await statuses.comesTrue(x);
    await statuses.claimsNothing(nowhere);
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
