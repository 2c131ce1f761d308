import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-08',
  title: 'a service whose endpoint is outside the cluster is reached as the Egress IP',
  level: 'extended',
  features: ['ServiceExempt', 'NamespaceSourceIP', 'AllPlacements', 'TCP+UDP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Databases outside are given a service name; behind it the firewall must see what it sees without.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['decides-before-services', 'snat-node-address'],
  async checks({ pods, egress, services, portOf, witnessAddress, coversAllPlacements }) {
    const ways = pods('shop', 'other').facts.map(async (pod, index) => {
      const to = await services.leadingOut('shop', `outside-${index}`, witnessAddress, portOf(pod));
      return [pod, to] as const;
    });
    const byPod = new Map(await Promise.all(ways));
    const to: Parameters<ReturnType<typeof pods>['reach']>[0] = (pod) => {
      const way = byPod.get(pod);
      if (way === undefined) throw new Error(`no service leads ${pod.namespace}/${pod.name} outside`);
      return way;
    };
    const x = await egress({ namespace: 'shop' });
    const by = ['tcp', 'udp'] as const;
    await pods('shop').eventuallyLeaveAs(x.address, { to, by });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').reach(to, x.address, { by, count: 25 });
    await pods('shop').leaveAs(x.address);
    await pods('other').reach(to, 'the address of their node', { by });
    await pods('other').leaveAs('the address of their node');
  },
});
