import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-08',
  title: 'a pool that is deleted while it is used keeps or loses its policies as declared, and disturbs no other',
  level: 'declared',
  features: ['IPPool', 'StatusNode', 'PendingReason', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever tidies up pools must know whether an application loses its address, and that it is only this one.',
  upstream: ['antrea-io/antrea#6685', 'antrea-io/antrea#6228'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    keep: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 8,
  catches: ['pending-leaves-as-node', 'refusals-unsaid', 'address-stays', 'bad-policy-stops-all'],
  needs: ['router'],
  async checks({ pods, egress, allocation, statuses, neighbours, declared, witnessOf, coversAllPlacements }) {
    const [used = ''] = allocation.newAddresses(1);
    const of = allocation.pool({ start: used, end: used });
    await of.apply();
    const y = await egress({ namespace: 'keep' });
    await pods('keep').eventuallyLeaveAs(y.address);
    const x = await egress({ namespace: 'shop' }, { pool: of });
    await pods('shop').eventuallyLeaveAs(await x.assigned());
    await coversAllPlacements(pods('shop'), x);
    const stillSelected = declared.usedPoolDeleted !== 'addresses lost' || declared.noReadyGateway === 'drop';
    await pods('keep').leaveThroughoutAs(y.address, async () => {
      if (declared.usedPoolDeleted === 'refused') await allocation.isRefused('deleting it', of.remove());
      else {
        await of.remove({ stillSelected });
        if (declared.usedPoolDeleted === 'addresses lost') await statuses.saysWhy(x);
        else await statuses.comesTrue(x);
      }
    });
    if (declared.usedPoolDeleted === 'addresses lost') {
      await neighbours.nobodyAnswersFor(used);
      if (declared.noReadyGateway === 'drop') await pods('shop').cannotReach(witnessOf);
      else await pods('shop').leaveAs('the address of their node');
    } else {
      await neighbours.someoneAnswersFor(used);
      await pods('shop').leaveAs(used);
    }
    await of.apply();
    await pods('shop').eventuallyLeaveAs(await x.assigned());
    await pods('other').leaveAs('the address of their node');
  },
});
