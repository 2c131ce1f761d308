import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-05',
  title: 'a policy that waits for an address gets it as soon as another one lets go of it',
  level: 'extended',
  features: ['IPPool', 'PendingReason', 'StatusNode', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Where the waiting policy is only looked at again in minutes, its pods are cut off for so long.',
  given: {
    first: { pods: { on: 'everyNode' } },
    late: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['freed-late'],
  async checks({ pods, egress, allocation, newAddress, statuses, coversAllPlacements }) {
    const only = newAddress();
    const of = allocation.pool({ start: only, end: only });
    await of.apply();
    const first = await egress({ namespace: 'first' }, { pool: of });
    await pods('first').eventuallyLeaveAs(await first.assigned());
    const late = await egress({ namespace: 'late' }, { pool: of });
    await statuses.saysWhy(late, /\w{4}/);
    await first.remove();
    await pods('late').eventuallyLeaveAs(only);
    await late.assigned();
    await coversAllPlacements(pods('late'), late);
    await pods('first').eventuallyLeaveAs('the address of their node');
    await pods('late').leaveAs(only);
    await pods('other').leaveAs('the address of their node');
  },
});
