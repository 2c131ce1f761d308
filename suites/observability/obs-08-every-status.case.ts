import { defineCase } from '../../harness/case/define-case.ts';

const policies = 40;
const addressCount = 16;

export default defineCase({
  id: 'OBS-08',
  title: `of ${policies} policies on ${addressCount} addresses every status is true`,
  level: 'extended',
  features: ['StatusNode', 'SharedIP', 'NamespaceSourceIP', 'AllPlacements', 'UnselectedUnaffected'],
  topology: 'egress',
  why: 'A status that is right for one policy and late for the hundredth is believed just the same.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 3 + policies,
  catches: ['status-names-another-node'],
  needs: ['router'],
  // It takes most of the addresses there are.
  exclusive: true,
  async checks({ pods, egress, newAddress, statuses, unique, coversAllPlacements }) {
    const addresses = Array.from({ length: addressCount }, () => newAddress());
    const x = await egress({ namespace: 'shop' }, { addresses: [addresses[0] ?? ''] });
    const nobody = { namespaceLabels: { egress: unique('nobody') } };
    const others = Array.from({ length: policies - 1 }, (_, index) => addresses[(index + 1) % addresses.length] ?? '');
    const all = [x, ...(await Promise.all(others.map((address) => egress(nobody, { addresses: [address] }))))];
    for (const one of all) await statuses.comesTrue(one);
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveAs(x.address);
    await pods('other').leaveAs('the address of their node');
  },
});
