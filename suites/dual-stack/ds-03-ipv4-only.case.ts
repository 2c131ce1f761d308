import { defineCase } from '../../harness/case/define-case.ts';
import type { PodFacts } from '../../harness/history/events.ts';

export default defineCase({
  id: 'DS-03',
  title: 'a policy with an IPv4 address only: IPv6 of its pods leaves as declared, and IPv4 as the Egress IP',
  level: 'declared',
  features: ['IPv6', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'An application that prefers IPv6 leaves as a node, past the firewall’s rule, and nobody was told.',
  upstream: ['spidernet-io/egressgateway#1536', 'spidernet-io/egressgateway#1570', 'cilium/cilium#48660'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['tunnel-missing', 'other-family-held'],
  needs: ['ipv6'],
  async checks({ pods, egress, declared, newAddress, portOf, witnessAddress6, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' }, { addresses: [newAddress()] });
    await pods('shop').eventuallyLeaveAs(x.address, { over: 4 });
    await coversAllPlacements(pods('shop'), x);
    const witness = (pod: PodFacts) => ({ name: 'witness by IPv6', host: witnessAddress6, port: portOf(pod) });
    if (declared.unmatchedFamily === 'drop') await pods('shop').cannotReach(witness, { count: 20 });
    else await pods('shop').leaveAs('the address of their node', { over: 6, count: 20 });
    await pods('shop').leaveAs(x.address, { over: 4, count: 20 });
    await pods('other').leaveAs('the address of their node', { over: 6 });
  },
});
