import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-03',
  title: 'limits are quantities: 0.5M, 500k, 2.5M and 1Mi bits per second are what they say',
  level: 'extended',
  features: ['BandwidthEgress'],
  topology: 'egress',
  why: 'Antrea divides by a thousand before it rounds; others read 0.5M as no limit at all.',
  given: {
    half: { pods: { on: [3] } },
    kilo: { pods: { on: [1] } },
    more: { pods: { on: [2] } },
    binary: { pods: { on: [3] } },
  },
  plan: 8,
  catches: ['limits-missing', 'limits-halved'],
  exclusive: true,
  async checks({ pods, egress, bulk }) {
    const bitsPerSecond = {
      half: ['0.5M', 5e5],
      kilo: ['500k', 5e5],
      more: ['2.5M', 2.5e6],
      binary: ['1Mi', 2 ** 20],
    } as const;
    const limited = await Promise.all(
      Object.entries(bitsPerSecond).map(async ([name, [rate, wanted]]) => {
        const x = await egress({ namespace: name }, { bandwidth: { rate, burst: rate } });
        return { name, rate, wanted, x };
      }),
    );
    for (const { name, x } of limited) await pods(name).eventuallyLeaveAs(x.address);
    const arrivals = await Promise.all(
      limited.map(({ name }) => bulk.send(pods(name).members, { seconds: 7, mbitPerSecond: 5 })),
    );
    for (const [index, { rate, wanted, x }] of limited.entries()) {
      const window = { fromS: 2, toS: 6.5, sources: [x.address] };
      bulk.judge(`${rate} is ${wanted} bits per second`, arrivals[index] ?? [], {
        rate: wanted,
        within: 0.1,
        ...window,
      });
    }
  },
});
