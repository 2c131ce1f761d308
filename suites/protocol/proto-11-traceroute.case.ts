import { defineCase } from '../../harness/case/define-case.ts';
import { everyHopTells } from '../../harness/check/path.ts';

export default defineCase({
  id: 'PROTO-11',
  title: 'traceroute shows every hop from the pod to the outside, the egress node and the router among them',
  level: 'extended',
  features: ['ICMPErrors', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Whoever looks for a fault needs to see the way; a hop that keeps silent looks like the fault.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  needs: ['router'],
  plan: 4,
  catches: ['icmp-errors-lost'],
  async checks({ pods, egress, topology, check, witnessAddress, portOf, coversAllPlacements }) {
    const by = ['udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    for (const name of ['shop', 'other']) {
      const paths = await Promise.all(
        pods(name).members.map(async (pod) => {
          const witness = { name: 'witness', host: witnessAddress, port: portOf(pod.facts) };
          return { pod: pod.facts, ...(await pod.trace(witness)) };
        }),
      );
      check(`every hop tells pods of ${name} about datagrams that expire`, (context) =>
        everyHopTells({ paths, router: topology.nodeLan.router }, context),
      );
    }
    await pods('shop').leaveAs(x.address, { by });
  },
});
