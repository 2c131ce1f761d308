import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'ID-07',
  title: 'pods leave as the Egress IP whether they call the destination by its name or by its address',
  level: 'core',
  features: ['NamespaceSourceIP', 'ServiceExempt', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'The name is asked for inside the cluster and the connection goes outside: two paths for one call.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 4,
  catches: ['snat-missing', 'tunnel-missing', 'selects-neighbours'],
  async checks({ pods, egress, services, witnessAddress, portOf, coversAllPlacements }) {
    const host = await services.nameFor('shop', 'witness', witnessAddress);
    const dns = await services.dnsServer();
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    const byName = (pod: Parameters<typeof portOf>[0]) => ({ name: 'witness', host, port: portOf(pod) });
    await pods('shop').reach(byName, x.address, { dns, by: ['tcp', 'http'] });
    await pods('other').reach(byName, 'the address of their node', { dns });
  },
});
