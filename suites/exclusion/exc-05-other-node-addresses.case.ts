import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-05',
  title: 'a second address of a node is the outside or the inside, as declared; the node’s own pods reach it directly',
  level: 'declared',
  features: ['NodeAndAPIServerExempt', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Storage and databases on a second interface of a node filter by source; they have to know whose address comes.',
  upstream: ['antrea-io/antrea#7612', 'antrea-io/antrea#7611', 'antrea-io/antrea#2708'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    other: { pods: { on: 'everyNode' } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 7,
  catches: ['lan-exempt', 'nodes-not-exempt', 'tunnel-missing'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, services, topology, nodeHosts, newAddress, portOf, declared, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    // A plain worker, which has no Egress IP itself.
    const worker = topology.nodes.find(({ labels }) => labels['egress-gateway'] === undefined)?.name ?? '';
    const [daemon] = pods('daemons').on(worker).members;
    if (daemon === undefined) throw new Error(`no pod of daemons is on the plain worker ${worker}`);
    const first = await services.serve(daemon, portOf(daemon.facts));
    const second = { ...first, name: `a second address of ${worker}`, host: newAddress() };
    await nodeHosts.addAddress(worker, second.host);
    const by = ['tcp'] as const;
    const elsewhere = pods('shop').where(({ node }) => node !== worker, 'pods of shop on other nodes');
    if (declared.nodeSecondaryAddress === 'outside') await elsewhere.reach(second, x.address, { by });
    else await elsewhere.reachButNeverAs(second, [x.address], { by });
    await pods('shop').on(worker).reach(second, 'their own address', { by });
    await pods('shop').reachButNeverAs(first, [x.address], { by });
    await pods('other').reachButNeverAs(second, [x.address], { by });
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
