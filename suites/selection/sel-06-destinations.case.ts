import { defineCase } from '../../harness/case/define-case.ts';
import type { PodFacts } from '../../harness/history/events.ts';

export default defineCase({
  id: 'SEL-06',
  title: 'a policy for a network leads what goes there as the Egress IP, up to its last address, and nothing else',
  level: 'extended',
  features: ['DestinationCIDRs', 'NamespaceSourceIP', 'LifecycleApplyRemove', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Only the partner’s firewall wants the address; everything else should not take the way by the egress node.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['exceptions-ignored', 'exceptions-too-wide', 'tunnel-missing', 'selects-neighbours'],
  needs: ['router'],
  async checks({ pods, egress, fromOutside, portOf, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    // Two more addresses of the witness, neighbours on both sides of the end of a network.
    const [inside, beyond] = [await fromOutside.alsoAt(55), await fromOutside.alsoAt(56)];
    const network = `${inside.replace(/\d+$/, '48')}/29`;
    const at = (host: string) => (pod: PodFacts) => ({ name: host, host, port: portOf(pod) });
    const x = await egress({ namespace: 'shop' }, { destinations: [network] });
    await pods('shop').eventuallyLeaveAs(x.address, { to: at(inside) });
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').reach(at(beyond), 'the address of their node');
    await pods('shop').leaveAs('the address of their node', { by });
    await pods('shop').reach(at(inside), x.address, { count: 20 });
    await pods('other').reach(at(inside), 'the address of their node');
    await x.remove();
    await pods('shop').eventuallyLeaveAs('the address of their node', { to: at(inside) });
  },
});
