import { defineCase } from '../../harness/case/define-case.ts';
import type { PodFacts } from '../../harness/history/events.ts';

export default defineCase({
  id: 'DS-04',
  title: 'a policy with an IPv6 address only: IPv4 of its pods leaves as declared, and IPv6 as the Egress IP',
  level: 'declared',
  features: ['IPv6', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'The policy that was added for IPv6 must not take IPv4 with it, nor lose it.',
  upstream: ['cilium/cilium#48660'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['ipv6-ignored', 'other-family-held'],
  needs: ['ipv6'],
  async checks({ pods, egress, declared, newAddress6, portOf, witnessAddress, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' }, { addresses: [newAddress6()] });
    await pods('shop').eventuallyLeaveAs(x.address, { over: 6 });
    await coversAllPlacements(pods('shop'), x);
    const witness = (pod: PodFacts) => ({ name: 'witness by IPv4', host: witnessAddress, port: portOf(pod) });
    if (declared.unmatchedFamily === 'drop') await pods('shop').cannotReach(witness, { count: 20 });
    else await pods('shop').leaveAs('the address of their node', { over: 4, count: 20 });
    await pods('shop').leaveAs(x.address, { over: 6, count: 20 });
    await pods('other').leaveAs('the address of their node', { over: 4 });
  },
});
