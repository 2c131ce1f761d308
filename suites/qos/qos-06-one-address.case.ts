import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-06',
  title: 'two policies with one address have each its own limit',
  level: 'extended',
  features: ['BandwidthEgress', 'SharedIP'],
  topology: 'egress',
  why: 'Where the limit belongs to the address, which of two limits is in force is an accident.',
  given: { shop: { pods: { on: [3] } }, erp: { pods: { on: [3] } } },
  plan: 4,
  catches: ['limits-shared', 'limits-missing'],
  exclusive: true,
  async checks({ pods, egress, bulk }) {
    const x = await egress({ namespace: 'shop' }, { bandwidth: { rate: '2M', burst: '2M' } });
    const same = await egress({ namespace: 'erp' }, { addresses: [x.address], bandwidth: { rate: '8M', burst: '8M' } });
    await pods('shop').eventuallyLeaveAs(x.address);
    await pods('erp').eventuallyLeaveAs(same.address);
    const order = { seconds: 6, mbitPerSecond: 15 };
    const [shop, erp] = await Promise.all(['shop', 'erp'].map((name) => bulk.send(pods(name).members, order)));
    const window = { within: 0.1, fromS: 1.5, toS: 5.5, sources: [x.address] };
    bulk.judge('pods of shop get 2 Mbit/s', shop ?? [], { rate: 2e6, ...window });
    bulk.judge('pods of erp get 8 Mbit/s', erp ?? [], { rate: 8e6, ...window });
  },
});
