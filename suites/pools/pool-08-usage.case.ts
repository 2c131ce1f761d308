import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-08',
  title: 'a pool gives out as many addresses as it says it has, whatever form its ranges have',
  level: 'extended',
  features: ['IPPool', 'PoolUsageStatus', 'StatusNode', 'PendingReason'],
  topology: 'egress',
  why: 'Prefixes of one and two addresses were counted as none, or as -1, and addresses at the ends lost.',
  upstream: ['antrea-io/antrea#7149', 'antrea-io/antrea#6582', 'antrea-io/antrea#6186'],
  given: { shop: {} },
  plan: 12,
  catches: ['usage-miscounted', 'pool-end-off-by-one'],
  async checks({ egress, allocation }) {
    const [one, two, four, range] = [
      allocation.newAddresses(1),
      allocation.newAddresses(2, { aligned: true }),
      allocation.newAddresses(4, { aligned: true }),
      allocation.newAddresses(3),
    ];
    const forms = [
      { of: allocation.pool({ cidr: `${one[0]}/32` }), members: one },
      { of: allocation.pool({ cidr: `${two[0]}/31` }), members: two },
      { of: allocation.pool({ cidr: `${four[0]}/30` }), members: four },
      { of: allocation.pool({ start: range[0] ?? '', end: range[2] ?? '' }), members: range },
    ];
    for (const { of, members } of forms) {
      await of.apply();
      await allocation.givesAll(of, members, () => egress({ namespace: 'shop' }, { pool: of }));
    }
  },
});
