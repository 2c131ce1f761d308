import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-01',
  title: 'pods of a selected namespace leave as the Egress IP, which is no address of a node, by TCP, UDP and HTTP',
  level: 'core',
  features: ['NamespaceSourceIP', 'TCP+UDP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A suite whose Egress IP is the address of a node passes without any Egress when the client runs on that node.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: [
    'snat-missing',
    'snat-wrong-address',
    'snat-node-address',
    'tcp-only',
    'udp-only',
    'selects-neighbours',
    'masqueraded-before',
  ],
  async checks({ pods, egress, coversAllPlacements }) {
    const by = ['tcp', 'udp', 'http'] as const;
    await pods('shop').eventuallyLeaveAs('the address of their node', { by });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { by, count: 20 });
    await pods('other').leaveAs('the address of their node', { by });
  },
});
