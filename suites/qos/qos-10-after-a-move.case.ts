import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'QOS-10',
  title: 'a limit goes where its policy goes',
  level: 'extended',
  features: ['BandwidthEgress'],
  topology: 'egress',
  why: 'Nobody looks at limits after a failover until the link is full.',
  given: { shop: { pods: { on: [3] } } },
  plan: 5,
  catches: ['limits-missing', 'limits-halved'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, bulk, nodes, neighbours }) {
    const x = await egress({ namespace: 'shop' }, { bandwidth: { rate: '4M', burst: '4M' } });
    await pods('shop').eventuallyLeaveAs(x.address);
    const [before, answering] = [await x.owner(), await neighbours.nodeOf(x.address)];
    const order = { seconds: 4, mbitPerSecond: 15 };
    const wanted = { rate: 4e6, within: 0.1, fromS: 1.5, toS: 3.5, sources: [x.address] };
    await bulk.flowsAt(`4 Mbit/s through ${before}`, pods('shop').members, order, wanted);
    await nodes.label(before, { 'egress-gateway': null });
    await x.leaves(before);
    await neighbours.someoneElseAnswersFor(x.address, answering);
    await pods('shop').eventuallyLeaveAs(x.address);
    await bulk.flowsAt('4 Mbit/s through the next node', pods('shop').members, order, wanted);
  },
});
