import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'OBS-07',
  title:
    'diagnostics tell of policy, programs and kernels; with a node and the API server away, of what is left, and what is missing',
  level: 'extended',
  features: ['Diagnostics', 'StatusNode', 'NamespaceSourceIP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever needs them has a cluster that does not work: one part that does not answer must not take the rest along.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['snat-missing'],
  needs: ['powerOff', 'nodeHosts'],
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, topology, faults, diagnostics, removePods }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    const owner = await x.owner();
    const names = topology.nodes.map(({ name }) => name);
    const healthy = await diagnostics.collect();
    diagnostics.tell(healthy, [
      { of: 'the policy', file: '', words: [x.name, x.address] },
      ...names.map((node) => ({ of: `the programs of ${node}`, file: `${node}/log`, words: ['"'] })),
    ]);
    const lost = names.find((name) => name !== owner) ?? '';
    await removePods(pods('shop', 'other').on(lost));
    const cut = await faults.make('power-cut/v1', lost);
    const degraded = await diagnostics.collect({ api: 'away' });
    diagnostics.tell(degraded, [
      { of: `the Egress IP in the kernel of ${owner}`, file: `${owner}/`, words: [x.address] },
      ...names
        .filter((name) => name !== lost)
        .map((name) => ({ of: `the routes of ${name}`, file: `${name}/`, words: ['default via'] })),
      { of: `the node that is away, ${lost}`, file: `${lost}/`, words: ['not available: '] },
    ]);
    await pods('shop').leaveAs(x.address);
    await cut.end();
    await pods('other').leaveAs('the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
