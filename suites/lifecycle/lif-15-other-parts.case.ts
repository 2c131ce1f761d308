import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'LIF-15',
  title: 'when kube-proxy and DNS restart, pods keep their Egress IP all the time, and reach services as before',
  level: 'core',
  features: ['RestartSafe', 'NamespaceSourceIP', 'ServiceExempt', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'Others write rules too: whoever writes last must not decide who an application is.',
  given: { shop: { pods: { on: 'everyNode', labels: { app: 'echo' } } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['snat-missing'],
  needs: ['systemPods'],
  // They are everybody's.
  exclusive: true,
  disruptive: true,
  async checks({ pods, egress, services, restarts, statuses, coversAllPlacements }) {
    await Promise.all(pods('shop').members.map((pod) => services.serve(pod)));
    const { clusterIP: host, port } = await services.create('shop', 'echo', {
      type: 'ClusterIP',
      selector: { app: 'echo' },
    });
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await restarts.ofKubernetes('kube-proxy');
      await restarts.ofKubernetes('coredns');
    });
    const service = { name: 'a service', host, port };
    await pods('shop').untilAnsweredBy([service]);
    await pods('shop').reachButNeverAs(service, [x.address]);
    await statuses.comesTrue(x);
    await pods('other').leaveAs('the address of their node');
  },
});
