import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-02',
  title: 'nobody gets an Egress IP by sending into the overlay: no pod, no host outside, no node for pods of another',
  level: 'extended',
  features: ['TunnelInjectionProof', 'AllPlacements'],
  topology: 'egress',
  why: 'An egress node that translates whatever arrives in its tunnel gives its addresses to everybody who can send UDP.',
  given: { shop: { pods: { on: 'everyNode' } }, mallory: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['overlay-open', 'overlay-from-afar', 'overlay-any-pod'],
  needs: ['nodeHosts'],
  async checks({ pods, egress, topology, forgery, nodeProcesses, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('mallory'), x);
    const victims = pods('shop').facts;
    const exit = await x.owner();
    const wrapped = (source: string, victim: string, node: string): { source: string; tunnel: Tunnel }[] =>
      forgery.tunnelPorts.map((port) => ({ source: victim, tunnel: { source, node, port } }));

    await forgery.yieldsNothing(
      'pods gain nothing by tunnelled packets of selected pods, to whatever node',
      pods('mallory').members,
      (own) =>
        topology.nodes.flatMap(({ name: node }) =>
          victims.flatMap((victim) =>
            [own.ip, victim.nodeAddress].flatMap((source) => wrapped(source, victim.ip, node)),
          ),
        ),
      (pod) => [pod.nodeAddress],
    );
    await forgery.yieldsNothing(
      'a host outside gains nothing, in its own name or in the names of nodes',
      [await forgery.attackerOutside()],
      (own) =>
        victims.flatMap((victim) => [own.ip, victim.nodeAddress].flatMap((source) => wrapped(source, victim.ip, exit))),
      () => [],
    );
    const others = await nodeProcesses(topology.nodes.map(({ name }) => name).filter((name) => name !== exit));
    await forgery.yieldsNothing(
      'a node gains nothing for pods that run on another node',
      others.members,
      (own) =>
        victims
          .filter((victim) => victim.node !== own.node)
          .flatMap((victim) => wrapped(own.nodeAddress, victim.ip, exit)),
      (own) => [own.nodeAddress],
    );
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
    await pods('mallory').leaveAs('the address of their node');
  },
});

type Tunnel = { readonly source: string; readonly node: string; readonly port: number };
