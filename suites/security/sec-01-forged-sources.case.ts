import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEC-01',
  title: 'a pod that forges its source address leaves neither with an Egress IP nor as anybody else',
  level: 'extended',
  features: ['AntiSpoof', 'AllPlacements'],
  topology: 'egress',
  why: 'Pods may open raw sockets by default; an egress node that goes by the source alone lends its address to any of them.',
  given: {
    shop: { pods: { on: 'everyNode' } },
    mallory: { pods: { on: 'everyNode' } },
    eve: { pods: { on: 'everyNode' } },
  },
  plan: 6,
  catches: ['forged-sources-pass'],
  async checks({ pods, egress, topology, forgery, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    const y = await egress({ namespace: 'eve' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await pods('eve').eventuallyLeaveAs(y.address);
    await coversAllPlacements(pods('mallory'), x);
    const victims = [
      x.address,
      ...pods('shop').facts.map(({ ip }) => ip),
      ...topology.nodes.map(({ address }) => address),
      topology.nodeLan.router,
    ];
    const attempts = (): { source: string }[] => victims.map((source) => ({ source }));
    await forgery.yieldsNothing(
      'pods without a policy gain nothing by forged sources',
      pods('mallory').members,
      attempts,
      (pod) => [pod.nodeAddress],
    );
    await forgery.yieldsNothing(
      'pods of another policy gain nothing by forged sources',
      pods('eve').members,
      attempts,
      () => [y.address],
    );
    await pods('shop').leaveAs(x.address, { by: ['tcp', 'udp'] });
    await pods('mallory').leaveAs('the address of their node');
  },
});
