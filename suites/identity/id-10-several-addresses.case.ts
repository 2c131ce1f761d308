import { defineCase } from '../../harness/case/define-case.ts';
import { balanced } from '../../harness/check/source.ts';

export default defineCase({
  id: 'ID-10',
  title: 'a policy with two Egress IPs spreads 200 connections over both, at least a fifth on each',
  level: 'extended',
  features: ['MultipleIPs', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'One address has only so many ports; a second one that is never used does not help.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['second-address-unused'],
  async checks({ pods, egress, newAddress, check }) {
    const addresses = [newAddress(), newAddress()];
    await egress({ namespace: 'shop' }, { addresses });
    await pods('shop').eventuallyLeaveAs(addresses);
    const { samples } = await pods('shop').probe({ count: 67 });
    check(`pods of shop leave as both ${addresses.join(' and ')}`, (context) =>
      balanced({ pods: pods('shop').facts, samples, atLeast: 67, addresses, share: 0.2 }, context),
    );
    await pods('other').leaveAs('the address of their node');
  },
});
