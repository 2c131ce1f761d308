import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'EXC-04',
  title: 'selected pods reach the address of every node, their own included, and never as the Egress IP',
  level: 'core',
  features: ['NodeAndAPIServerExempt', 'NamespaceSourceIP', 'AllPlacements'],
  topology: 'egress',
  why: 'Node agents, metrics and registries on nodes are part of the cluster, not of the outside.',
  upstream: ['antrea-io/antrea#2708', 'antrea-io/antrea#2762'],
  given: {
    shop: { pods: { on: 'everyNode' } },
    daemons: { pods: { on: 'everyNode', hostNetwork: true } },
  },
  plan: 5,
  catches: ['nodes-not-exempt'],
  async checks({ pods, egress, services, portOf, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    for (const daemon of pods('daemons').members) {
      // A port of the node is shared with everybody there; the pod's own port at the witness is free on it.
      const server = await services.serve(daemon, portOf(daemon.facts));
      await pods('shop').reachButNeverAs(server, [x.address], { by: ['tcp', 'udp'] });
    }
    await pods('shop').leaveAs(x.address);
  },
});
