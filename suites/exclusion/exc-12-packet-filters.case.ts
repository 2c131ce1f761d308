import { defineCase } from '../../harness/case/define-case.ts';

/** A bit of the packet mark that is somebody else's. */
const admitted = '0x00040000';

export default defineCase({
  id: 'EXC-12',
  title: 'a packet filter in the way of selected pods, as network policies install it, admits and denies as before',
  level: 'core',
  features: ['NamespaceSourceIP', 'AllPlacements', 'TCP+UDP', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Where pods pass by their network policies on the way to the egress node, Egress is the hole in the policy.',
  upstream: ['antrea-io/antrea#3431'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 7,
  catches: ['marks-overwritten'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, nodeHosts, portOf, anotherPortOf, witnessAddress, coversAllPlacements }) {
    const ports = pods('shop', 'other').facts.map(async (pod) => [pod, await anotherPortOf(pod)] as const);
    const deniedPorts = new Map(await Promise.all(ports));
    const denied: Parameters<ReturnType<typeof pods>['reach']>[0] = (pod) => {
      return { name: 'the denied port of the witness', host: witnessAddress, port: deniedPorts.get(pod) ?? 0 };
    };
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const by = ['tcp', 'udp'] as const;
    await pods('shop').reach(denied, x.address, { by });
    // Before routing it is decided by a mark, on forwarding it is enforced: so do filters that others can add to.
    for (const pod of pods('shop').facts) {
      await nodeHosts.addTable(
        pod.node,
        `chain decide {
           type filter hook prerouting priority mangle - 5
           ip saddr ${pod.ip} meta l4proto { tcp, udp } th dport ${portOf(pod)} meta mark set meta mark or ${admitted}
         }
         chain enforce {
           type filter hook forward priority filter
           ip saddr ${pod.ip} ct direction original meta mark and ${admitted} == 0 drop
         }`,
      );
    }
    await pods('shop').leaveAs(x.address, { by, count: 25 });
    await Promise.all([
      pods('shop').cannotReach(denied, { by, count: 2 }),
      pods('other').reach(denied, 'the address of their node', { by }),
    ]);
    await pods('other').leaveAs('the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
