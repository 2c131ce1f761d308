import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-01',
  title: 'selected pods reach other pods with their own address: on the same node, on another one, on the egress node',
  level: 'core',
  features: ['PodToPodExempt', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'Network policies and logs inside the cluster go by pod addresses; an Egress IP there breaks both.',
  given: { shop: { pods: { on: 'everyNode', perNode: 2 } }, other: { pods: { on: 'everyNode' } } },
  plan: 8,
  catches: ['pods-not-exempt'],
  async checks({ pods, egress, services, coversAllPlacements }) {
    const servers = [...pods('other').members, ...pods('shop').members.filter((_, index) => index % 2 === 0)];
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    for (const server of servers) {
      await pods('shop').reach(await services.serve(server), 'their own address', { by: ['tcp', 'udp'] });
    }
    await pods('shop').leaveAs(x.address);
  },
});
