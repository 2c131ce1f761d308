import { defineCase } from '../../harness/case/define-case.ts';
import { dialledOnlyAs, dialledWithin } from '../../harness/check/pod-start.ts';

const perSecond = 20;

export default defineCase({
  id: 'LIF-03',
  title: 'pods that dial as their very first action, 20 of them a second, are never seen with another address',
  level: 'extended',
  features: ['NoLeakAtPodStart', 'PodChurn', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Databases are dialled when a program starts, before the agent of the node may have heard of its pod.',
  upstream: ['antrea-io/antrea#3361', 'antrea-io/antrea#3360', 'cilium/cilium#24791'],
  given: { shop: { pods: { on: 'everyNode' } }, other: {} },
  parameters: { starts: { means: 'pods of shop that start', default: 100, min: 10, max: 10_000 } },
  plan: 5,
  catches: ['unknown-pods-pass', 'late-pods-ignored'],
  // It takes all the processors that starting pods takes.
  exclusive: true,
  async checks({ pods, egress, topology, dialAtStart, check, declared, parameter, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const { nodes } = topology;
    // Every eleventh pod is one of the neighbours, which nobody selects.
    const wishes = Array.from({ length: Math.round(parameter('starts') * 1.1) }, (_, index) => ({
      namespace: index % 11 === 10 ? 'other' : 'shop',
      node: nodes[index % nodes.length]?.name ?? '',
    }));
    const { dials, packets, dropped, measured } = await dialAtStart(wishes, perSecond);
    const isShop = ({ pod }: (typeof dials)[number]): boolean => pod.namespace === pods('shop').facts[0]?.namespace;
    const [shop, other] = [dials.filter(isShop), dials.filter((dial) => !isShop(dial))];
    check(`${shop.length} pods of shop are only ever seen as ${x.address}`, (context) =>
      dialledOnlyAs({ dials: shop, packets, dropped, expectedOf: () => x.address }, context),
    );
    check(`${other.length} pods of other are only ever seen as their nodes`, (context) =>
      dialledOnlyAs({ dials: other, packets, dropped, expectedOf: (pod) => pod.nodeAddress }, context),
    );
    check('every pod is answered soon after its address is known', (context) =>
      dialledWithin({ dials: shop, packets, limitMs: declared.settleMs, measured }, context),
    );
    await pods('shop').leaveAs(x.address);
  },
});
