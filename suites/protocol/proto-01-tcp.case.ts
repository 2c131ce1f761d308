import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'PROTO-01',
  title: 'short TCP connections, a large one and one that stays open leave as the Egress IP from beginning to end',
  level: 'core',
  features: ['TCP+UDP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What holds for one small request need not hold for a full window of large segments, or for an idle connection.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  parameters: { seconds: { means: 'time that a connection stays open', default: 2, min: 1, max: 3_600 } },
  plan: 6,
  catches: ['udp-only', 'tunnel-missing', 'large-packets-lost'],
  async checks({ pods, egress, parameter, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address, { count: 100, intervalMs: 10 });
    await pods('shop').leaveAs(x.address, { count: 3, bytes: 1024 * 1024 });
    const forMs = parameter('seconds') * 1000;
    await pods('shop').keepLeavingAs(x.address, { by: ['stream'], forMs, everyMs: 100 });
    await pods('other').leaveAs('the address of their node');
    await pods('other').leaveAs('the address of their node', { count: 3, bytes: 1024 * 1024 });
  },
});
