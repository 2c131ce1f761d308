import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-02',
  title: 'the first second brings rate and burst, those after it the rate',
  level: 'extended',
  features: ['BandwidthEgress', 'BandwidthBurst'],
  topology: 'egress',
  why: 'Without its burst, a service that is idle most of the time answers each request at the pace of its average.',
  given: { shop: { pods: { on: [3] } } },
  plan: 3,
  catches: ['limits-missing', 'limits-halved'],
  exclusive: true,
  async checks({ pods, egress, bulk }) {
    const x = await egress({ namespace: 'shop' }, { bandwidth: { rate: '4M', burst: '12M' } });
    await pods('shop').eventuallyLeaveAs(x.address);
    const arrivals = await bulk.send(pods('shop').members, { seconds: 5, mbitPerSecond: 40 });
    const sources = [x.address];
    bulk.judge('the first second brings 4 + 12 Mbit', arrivals, { rate: 16e6, within: 0.2, fromS: 0, toS: 1, sources });
    bulk.judge('then it is 4 Mbit/s', arrivals, { rate: 4e6, within: 0.1, fromS: 1.5, toS: 4.5, sources });
  },
});
