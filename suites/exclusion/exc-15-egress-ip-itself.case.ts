import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-15',
  title: 'an Egress IP is no way in: node ports and ports of its node are refused there, for pods and from outside',
  level: 'core',
  features: ['NodeAndAPIServerExempt', 'ServiceExempt', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'The egress node has the address on an interface, and with it every port that listens on all of them.',
  upstream: ['antrea-io/antrea#7518', 'antrea-io/antrea#7519', 'antrea-io/antrea#7612'],
  given: {
    shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } },
    other: { pods: { on: 'everyNode' } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 10,
  catches: ['shield-missing'],
  async checks({ pods, egress, services, fromOutside, portOf, coversAllPlacements }) {
    await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const { nodePort } = await services.create('shop', 'echo', { type: 'NodePort', selector: { app: 'echo' } });
    const client = await fromOutside.client();
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const owner = await x.owner();
    const [daemon] = pods('daemons').on(owner).members;
    if (daemon === undefined) throw new Error(`no pod of daemons is on the egress node ${owner}`);
    const ofNode = await services.serve(daemon, portOf(daemon.facts));
    const ofService = { name: `node port on ${owner}`, host: ofNode.host, port: nodePort };
    const atEgressIP = [ofNode, ofService].map((to) => ({
      ...to,
      name: `${to.name}, at ${x.address}`,
      host: x.address,
    }));
    const both = pods('shop', 'other');
    // The same ports at the node's own address are open: else the refusals would prove nothing.
    await both.untilAnsweredBy([ofNode, ofService]);
    for (const to of [ofNode, ofService]) {
      await client.reachButNeverAs(to, [x.address]);
      await both.reachButNeverAs(to, [x.address]);
    }
    const refusals = atEgressIP.map((to) => [client.cannotReach(to, { count: 2 }), both.cannotReach(to, { count: 2 })]);
    await Promise.all(refusals.flat());
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
