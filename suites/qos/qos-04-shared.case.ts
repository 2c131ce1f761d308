import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-04',
  title: 'the pods of a policy have its limit together, wherever they run',
  level: 'declared',
  features: ['BandwidthEgress', 'AllPlacements'],
  topology: 'egress',
  why: 'With a limit for each pod, an application that scales out has as much of the link as it has pods.',
  given: { shop: { pods: { on: 'everyNode' } } },
  plan: 3,
  catches: ['limits-per-pod'],
  exclusive: true,
  async checks({ pods, egress, bulk, declared, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' }, { bandwidth: { rate: '6M', burst: '6M' } });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    // Every node has one of the pods.
    const shares = declared.bandwidthScope === 'policy' ? 1 : pods('shop').members.length;
    await bulk.flowsAt(
      `three pods have the limit of the ${declared.bandwidthScope}`,
      pods('shop').members,
      { seconds: 6, mbitPerSecond: 10 },
      { rate: shares * 6e6, within: 0.1, fromS: 1.5, toS: 5.5, sources: [x.address] },
    );
    await pods('shop').leaveAs(x.address);
  },
});
