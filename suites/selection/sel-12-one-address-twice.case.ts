import { defineCase } from '../../harness/case/define-case.ts';
import { failed, passed } from '../../harness/check/violations.ts';

export default defineCase({
  id: 'SEL-12',
  title: 'a second policy for an Egress IP that is in use joins it, on the same node, and disturbs nobody',
  level: 'declared',
  features: ['SharedIP', 'NamespaceSourceIP', 'NoLeakWhileMoving', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Two policies for one address on two nodes are two owners of it, and every other connection is lost.',
  upstream: ['antrea-io/antrea#6662'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    bank: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['second-claim-ignored', 'second-claim-takes-over'],
  async checks({ pods, egress, check, coversAllPlacements }) {
    const policies = [await egress({ namespace: 'shop' })];
    const [{ address }] = policies as [(typeof policies)[number]];
    await pods('shop').eventuallyLeaveAs(address);
    await pods('shop').leaveThroughoutAs(address, async () => {
      policies.push(await egress({ namespace: 'bank' }, { addresses: [address] }));
      await pods('bank').eventuallyLeaveAs(address);
    });
    await pods('shop', 'bank').leaveAs(address);
    for (const policy of policies) await coversAllPlacements(pods('shop', 'bank'), policy);
    const owners = await Promise.all(policies.map((policy) => policy.owner()));
    check(`both policies name one node for ${address}`, ({ name }) =>
      new Set(owners).size === 1 ? passed(name, owners.join(', ')) : failed(name, owners.join(', '), []),
    );
    await pods('other').leaveAs('the address of their node');
  },
});
