import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'CONN-12',
  title: 'a pod that uses a source port again at once, while the nodes still know the connection before, is answered',
  level: 'extended',
  features: ['AllPlacements', 'TCP+UDP', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Clients with a fixed port, and busy ones, come back sooner than a translator forgets.',
  upstream: ['antrea-io/antrea#6544'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['source-port-once'],
  async checks({ pods, egress, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const again = { by: ['tcp', 'udp'], sourcePort: 42_000, count: 20, intervalMs: 60 } as const;
    await pods('shop').leaveAs(x.address, again);
    await pods('other').leaveAs('the address of their node', again);
  },
});
