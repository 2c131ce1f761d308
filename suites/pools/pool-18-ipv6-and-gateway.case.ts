import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'POOL-18',
  title:
    'pools of IPv6 prefixes, and one with its gateway among its addresses, give out as many as they say, and not the gateway',
  level: 'extended',
  features: ['IPPool', 'PoolUsageStatus', 'IPv6', 'SecondaryNetwork', 'StatusNode', 'PendingReason'],
  topology: 'egress',
  why: 'A gateway that becomes an Egress IP takes the way out from everybody; a prefix that is miscounted hides addresses.',
  upstream: ['antrea-io/antrea#7868', 'antrea-io/antrea#7149'],
  given: { shop: {} },
  plan: 12,
  catches: ['usage-miscounted', 'gateway-given', 'pool-end-off-by-one'],
  needs: ['ipv6'],
  async checks({ egress, allocation, topology }) {
    const sixteen = allocation.newAddresses(16, { aligned: true, over: 6 });
    const two = allocation.newAddresses(2, { aligned: true, over: 6 });
    const [first = '', gateway = '', last = ''] = allocation.newAddresses(3);
    const one = allocation.newAddresses(1, { over: 6 });
    const prefixLength = Number(topology.nodeLan.cidr.split('/')[1]);
    const forms = [
      // The first address of a prefix is that of its routers (subnet-router anycast).
      { of: allocation.pool({ cidr: `${sixteen[0]}/124` }), members: sixteen.slice(1) },
      { of: allocation.pool({ cidr: `${two[0]}/127` }), members: two },
      { of: allocation.pool({ start: one[0] ?? '', end: one[0] ?? '' }), members: one },
      {
        of: allocation.poolBehind({ gateway, prefixLength }, { start: first, end: last }),
        members: [first, last],
      },
    ];
    for (const { of, members } of forms) {
      await of.apply();
      await allocation.givesAll(of, members, () => egress({ namespace: 'shop' }, { pool: of }));
    }
  },
});
