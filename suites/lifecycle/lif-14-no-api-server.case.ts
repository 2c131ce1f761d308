import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-14',
  title: 'while nobody reaches the API server pods keep their Egress IP, on new connections and on open ones',
  level: 'extended',
  features: ['RestartSafe', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'What a node needs for the traffic of its pods it has to know itself.',
  upstream: ['antrea-io/antrea#8268'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  parameters: { seconds: { means: 'how long it is away', default: 15, min: 5, max: 600 } },
  plan: 6,
  catches: ['forgets-without-api', 'snat-missing'],
  needs: ['controlPlaneHost'],
  // It is away for everybody.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, faults, parameter, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const away = await faults.make('api-server-down/v1');
    const kept = { by: ['stream'], forMs: parameter('seconds') * 1_000, everyMs: 500 } as const;
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await pods('shop').keepLeavingAs(x.address, kept);
    });
    await pods('shop').leaveThroughoutAs(x.address, () => away.end());
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
