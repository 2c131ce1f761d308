import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-01',
  title: 'Egress IPs that are no addresses, or somebody else’s, are refused or reported, and disturb no other policy',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A typing error must be told to whoever made it, and not to the users of another application.',
  upstream: ['antrea-io/antrea#6867', 'antrea-io/antrea#2910'],
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 9,
  catches: ['schema-missing', 'refusals-unsaid', 'bad-policy-stops-all'],
  async checks({ pods, egress, badInputs, topology, services, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    const [node] = topology.nodes;
    const pod = pods('other').facts[0]?.ip ?? '';
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      const none = ['', 'x', '300.1.1.1', `${x.address}/24`, '172.16.018.140', 'fe80::1%eth0', `${x.address},10.0.0.1`];
      await badInputs.areHandled('malformedAddress', none);
      const nobodys = ['0.0.0.0', '127.0.0.1', '169.254.1.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1'];
      await badInputs.areHandled('unusableAddress', [...nobodys, 'ff02::1', `::ffff:${x.address}`]);
      await badInputs.areHandled('nodeAddress', [node?.address ?? '']);
      await badInputs.areHandled('podAddress', [pod]);
      await badInputs.areHandled('serviceAddress', [await services.dnsServer()]);
    });
    await pods('other').leaveAs('the address of their node');
    await pods('shop').leaveAs(x.address);
  },
});
