import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-18',
  title: 'a pod that has ended leaves nothing to the pod that gets its address, though it is still listed',
  level: 'core',
  features: ['PodChurn', 'AllPlacements', 'UnselectedUnaffected', 'TCP+UDP'],
  topology: 'egress',
  why: 'Pods of a Job stay in the API for hours after they have ended; their addresses do not.',
  upstream: ['antrea-io/antrea#2851'],
  given: { shop: { pods: { on: 'everyNode' } }, other: {} },
  plan: 4,
  catches: ['stale-after-relabel'],
  needs: ['podAddresses'],
  // Nobody else may take the addresses meanwhile.
  exclusive: true,
  async checks({ pods, egress, topology, runToEnd, startPodsAs, coversAllPlacements }) {
    const by = ['tcp', 'udp'] as const;
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address, { by });
    await coversAllPlacements(pods('shop'), x);
    const ended = await runToEnd(
      'shop',
      topology.nodes.map(({ name }) => name),
    );
    const next = await startPodsAs('other', ended);
    await next.eventuallyLeaveAs('the address of their node', { by, meanwhile: next.nodeAddresses });
    await next.leaveAs('the address of their node', { by });
    await pods('shop').leaveAs(x.address, { by });
  },
});
