import { defineCase } from '../../harness/case/define-case.ts';
import type { PodFacts } from '../../harness/history/events.ts';

export default defineCase({
  id: 'EXC-06',
  title:
    'destinations that are excepted are reached as the node, their neighbours as the Egress IP, at once and for long',
  level: 'extended',
  features: ['ExcludedCIDRs', 'NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What is routed to the cluster from a data centre must not take the way round by the egress node.',
  upstream: ['antrea-io/antrea#2707', 'antrea-io/antrea#2749', 'antrea-io/antrea#6828'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 11,
  catches: ['exceptions-ignored', 'exceptions-too-wide'],
  needs: ['router'],
  async checks({ pods, egress, fromOutside, except, portOf, coversAllPlacements }) {
    // Two more addresses of the witness, neighbours on both sides of the end of a network.
    const [inside, beyond] = [await fromOutside.alsoAt(47), await fromOutside.alsoAt(48)];
    const network = `${inside.replace(/\d+$/, '40')}/29`;
    const at = (host: string) => (pod: PodFacts) => ({ name: host, host, port: portOf(pod) });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').reach(at(inside), x.address);
    const isExcepted = async (...cidrs: string[]): Promise<void> => {
      await except(cidrs);
      await pods('shop').eventuallyLeaveAs('the address of their node', { to: at(inside) });
      await pods('shop').reach(at(beyond), x.address);
    };
    await isExcepted(network);
    // One that is more specific, beside the one that has it in it.
    await isExcepted(network, `${inside}/32`);
    await isExcepted(`${inside}/32`);
    await except([]);
    await pods('shop').eventuallyLeaveAs(x.address, { to: at(inside) });
    await pods('other').reach(at(inside), 'the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
