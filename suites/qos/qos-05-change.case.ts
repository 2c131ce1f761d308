import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-05',
  title: 'a limit that is changed, removed or added takes effect on what flows already',
  level: 'extended',
  features: ['BandwidthEgress'],
  topology: 'egress',
  why: 'A limit that only holds for new connections does nothing against the one that fills the link.',
  given: { shop: { pods: { on: [3] } } },
  plan: 4,
  catches: ['limits-stale', 'limits-missing'],
  exclusive: true,
  async checks({ pods, egress, bulk }) {
    const x = await egress({ namespace: 'shop' }, { bandwidth: { rate: '2M', burst: '2M' } });
    await pods('shop').eventuallyLeaveAs(x.address);
    const flow = bulk.send(pods('shop').members, { seconds: 14, mbitPerSecond: 20 });
    const wait = (seconds: number): Promise<void> => bulk.flowsFor(seconds);
    await wait(4);
    await x.limit({ rate: '8M', burst: '8M' });
    await wait(5);
    await x.limit(null);
    const arrivals = await flow;
    const sources = [x.address];
    bulk.judge('first 2 Mbit/s', arrivals, { rate: 2e6, within: 0.15, fromS: 1.5, toS: 3.5, sources });
    bulk.judge('then 8 Mbit/s', arrivals, { rate: 8e6, within: 0.15, fromS: 6, toS: 8.5, sources });
    bulk.judge('then without a limit', arrivals, { rate: 20e6, within: 0.15, fromS: 11, toS: 13.5, sources });
  },
});
