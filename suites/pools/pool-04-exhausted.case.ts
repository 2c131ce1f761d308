import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-04',
  title: 'a policy for which its pool has no address left says so, and its pods get nobody else’s',
  level: 'extended',
  features: ['IPPool', 'PendingReason', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'The pool runs out on the day of a release; what the last application does then must be known before.',
  upstream: ['antrea-io/antrea#6228', 'antrea-io/antrea#7041'],
  given: {
    first: { pods: { on: 'everyNode' } },
    late: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['pending-leaves-as-node'],
  async checks({ pods, egress, allocation, newAddress, declared, statuses, coversAllPlacements, witnessOf }) {
    const only = newAddress();
    const of = allocation.pool({ start: only, end: only });
    await of.apply();
    const first = await egress({ namespace: 'first' }, { pool: of });
    await first.assigned();
    const late = await egress({ namespace: 'late' }, { pool: of });
    await statuses.saysWhy(late, /\w{4}/);
    await pods('first').eventuallyLeaveAs(only);
    await coversAllPlacements(pods('first'), first);
    if (declared.noReadyGateway === 'drop') await pods('late').cannotReach(witnessOf);
    else await pods('late').leaveAs('the address of their node');
    await pods('first').leaveAs(only);
    await pods('other').leaveAs('the address of their node');
    await statuses.saysWhy(late, /\w{4}/);
  },
});
