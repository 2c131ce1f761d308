import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-11',
  title: 'whoever writes into the status that another node has an Egress IP changes nothing, and is corrected',
  level: 'extended',
  features: ['StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A status is what was seen, no order: an implementation that takes it for one can be cut off by a line of text.',
  upstream: ['antrea-io/antrea#6228'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['status-believed'],
  async checks({ pods, egress, statuses, topology, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const owner = await x.owner();
    const others = topology.nodes.map(({ name }) => name).filter((name) => name !== owner);
    await statuses.comesTrue(x);
    // Datagrams are not sent again: a moment without the address is seen.
    const everyClaim = async (): Promise<void> => {
      for (const node of others) {
        await x.claimElsewhere(node);
        await statuses.comesTrue(x);
      }
    };
    await pods('shop').leaveThroughoutAs(x.address, everyClaim, { by: ['udp'] });
    await pods('other').leaveAs('the address of their node');
  },
});
