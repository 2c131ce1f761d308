import { defineCase } from '../../harness/case/define-case.ts';
import { portsAreTheirOwn } from '../../harness/check/source-ports.ts';

export default defineCase({
  id: 'CONN-10',
  title:
    'pods that use the same source port to the same destination are all answered, each with a port of its own outside',
  level: 'extended',
  features: ['AllPlacements', 'TCP+UDP', 'NamespaceSourceIP'],
  topology: 'egress',
  why: 'Behind one address the source port is all that tells the pods apart.',
  upstream: ['antrea-io/antrea#6544', 'antrea-io/antrea#6602'],
  given: { shop: { pods: { on: 'everyNode', perNode: 2 } } },
  plan: 4,
  catches: ['source-port-once'],
  async checks({ pods, egress, check, witnessOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const [first] = pods('shop').facts;
    if (first === undefined) throw new Error('shop has no pods');
    const to = witnessOf(first);
    const all = pods('shop');
    await all.reach(to, x.address, { by: ['tcp', 'udp'], sourcePort: 40_000, intervalMs: 100 });
    for (const kind of ['tcp', 'udp'] as const) {
      const { samples } = await all.probe({ to, by: [kind], sourcePort: 41_000, count: 5, intervalMs: 100 });
      check(`no two pods have the same port outside (${kind})`, (context) =>
        portsAreTheirOwn(samples, 5 * all.members.length, context),
      );
    }
  },
});
