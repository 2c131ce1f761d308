import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-01',
  title: 'limits of 2, 10 and 50 Mbit/s hold within a tenth, measured over ten seconds of TCP',
  level: 'extended',
  features: ['BandwidthEgress'],
  topology: 'egress',
  why: 'A limit that is off by a factor either starves an application or lets it take the link from the others.',
  given: {
    two: { pods: { on: [3] } },
    ten: { pods: { on: [1] } },
    fifty: { pods: { on: [2] } },
    free: { pods: { on: [3] } },
  },
  plan: 8,
  catches: ['limits-missing', 'limits-halved'],
  // Other load on the machine would be measured as well.
  exclusive: true,
  async checks({ pods, egress, bulk }) {
    const limits = { two: 2, ten: 10, fifty: 50 } as const;
    const limited = await Promise.all(
      Object.entries(limits).map(async ([name, mbit]) => {
        const x = await egress({ namespace: name }, { bandwidth: { rate: `${mbit}M`, burst: `${mbit}M` } });
        return { name, mbit, x };
      }),
    );
    const free = await egress({ namespace: 'free' });
    for (const { name, x } of limited) await pods(name).eventuallyLeaveAs(x.address);
    await pods('free').eventuallyLeaveAs(free.address);
    const arrivals = await Promise.all(limited.map(({ name }) => bulk.send(pods(name).members, { seconds: 12 })));
    for (const [index, { name, mbit, x }] of limited.entries()) {
      bulk.judge(`pods of ${name} get ${mbit} Mbit/s`, arrivals[index] ?? [], {
        rate: mbit * 1e6,
        within: 0.1,
        fromS: 1.5,
        toS: 11.5,
        sources: [x.address],
      });
    }
    // By UDP, for TCP would take all that the machine has; far above the least of the limits.
    await bulk.flowsAt(
      'pods without a limit send as much as they like',
      pods('free').members,
      { seconds: 3, mbitPerSecond: 15 },
      { rate: 15e6, within: 0.2, fromS: 0.5, toS: 2.5, sources: [free.address] },
    );
  },
});
