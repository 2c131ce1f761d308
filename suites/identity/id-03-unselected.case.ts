import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-03',
  title: 'pods of another namespace keep the address of their node, on the same nodes, all the time',
  level: 'core',
  features: ['UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'An address that others can leave with says nothing about who they are.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['selects-neighbours', 'unselected-held'],
  async checks({ pods, egress, coversAllPlacements }) {
    await pods('other').eventuallyLeaveAs('the address of their node');
    const x = await egress({ namespace: 'shop' });
    // While the policy takes effect nothing may change for the others, so the two are watched at the same time.
    await Promise.all([
      pods('shop').eventuallyLeaveAs(x.address),
      pods('other').leaveAs('the address of their node', { count: 25 }),
    ]);
    await coversAllPlacements(pods('other'), x);
    await Promise.all([
      pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] }),
      pods('other').leaveAs('the address of their node', { by: ['tcp', 'udp'], count: 20 }),
    ]);
  },
});
