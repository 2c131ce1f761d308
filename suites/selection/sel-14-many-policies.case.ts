import { defineCase } from '../../harness/case/define-case.ts';

const apps = Array.from({ length: 11 }, (_, index) => `app-${index + 1}`);

export default defineCase({
  id: 'SEL-14',
  title: 'eleven policies whose addresses share the same egress nodes keep apart: each pod leaves as its own',
  level: 'core',
  features: ['NamespaceSourceIP', 'LifecycleApplyRemove', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'With eleven gateways of the same labels pods have left as the address of another one, and with two they never did.',
  upstream: ['spidernet-io/egressgateway#1719'],
  given: {
    ...Object.fromEntries(apps.map((app, index) => [app, { pods: { on: [index + 1] } }])),
    other: { pods: { on: 'everyNode' } },
  },
  plan: 35,
  catches: ['crossed-addresses', 'one-address-a-node'],
  // Half of all Egress IPs that there are.
  exclusive: true,
  async checks({ pods, egress }) {
    const policies = await Promise.all(apps.map((app) => egress({ namespace: app })));
    const addressOf = (index: number): string => policies[index]?.address ?? '';
    await Promise.all(apps.map((app, index) => pods(app).eventuallyLeaveAs(addressOf(index))));
    await Promise.all(apps.map((app, index) => pods(app).leaveAs(addressOf(index), { by: ['tcp', 'udp'] })));
    await pods('other').leaveAs('the address of their node');
    const removed = 5;
    await Promise.all(policies.slice(0, removed).map((policy) => policy.remove()));
    await Promise.all(
      apps.map((app, index) =>
        index < removed
          ? pods(app).eventuallyLeaveAs('the address of their node')
          : pods(app).leaveAs(addressOf(index), { count: 25 }),
      ),
    );
    await pods('other').leaveAs('the address of their node');
  },
});
