import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-07',
  title: 'a flood far above its limit takes nothing from other policies on the same node',
  level: 'extended',
  features: ['BandwidthEgress'],
  topology: 'egress',
  why: 'A limiter that queues what it holds back makes its neighbours wait in the same queue.',
  given: { flood: { pods: { on: [3] } }, shop: { pods: { on: [3] } }, erp: { pods: { on: [1] } } },
  plan: 6,
  catches: ['limits-shared', 'limits-missing'],
  exclusive: true,
  async checks({ pods, egress, bulk, topology }) {
    const via = topology.nodes[0]?.name ?? '';
    const x = await egress({ namespace: 'flood' }, { via, bandwidth: { rate: '1M', burst: '1M' } });
    const y = await egress({ namespace: 'shop' }, { via, bandwidth: { rate: '10M', burst: '10M' } });
    const z = await egress({ namespace: 'erp' }, { via });
    await pods('flood').eventuallyLeaveAs(x.address);
    await pods('shop').eventuallyLeaveAs(y.address);
    await pods('erp').eventuallyLeaveAs(z.address);
    const flood = bulk.send(pods('flood').members, { seconds: 6, mbitPerSecond: 40 });
    const limited = bulk.send(pods('shop').members, { seconds: 6, mbitPerSecond: 8 });
    const others = pods('erp').leaveAs(z.address, { count: 100 });
    const window = { within: 0.1, fromS: 1.5, toS: 5.5 };
    bulk.judge('the flood gets 1 Mbit/s', await flood, { rate: 1e6, ...window, sources: [x.address] });
    bulk.judge('another policy loses nothing below its limit', await limited, {
      rate: 8e6,
      ...window,
      sources: [y.address],
    });
    await others;
  },
});
