import { defineCase } from '../../harness/case/define-case.ts';

const ranges = 10_000;

export default defineCase({
  id: 'BAD-06',
  title:
    'objects beyond the limits of the API are refused, one of ten thousand ranges works or is, and neither disturbs others',
  level: 'extended',
  features: [
    'InputValidation',
    'IPPool',
    'PoolUsageStatus',
    'StatusNode',
    'NamespaceSourceIP',
    'UnselectedUnaffected',
    'AllPlacements',
  ],
  topology: 'egress',
  why: 'Generated objects grow until something breaks: it must be the object, and not the policies of everybody.',
  given: { shop: { pods: { on: 'everyNode' } }, bulk: { pods: { on: [1] } }, other: { pods: { on: 'everyNode' } } },
  plan: 6,
  catches: ['schema-missing', 'usage-miscounted'],
  async checks({ pods, egress, allocation, badInputs, declared, coversAllPlacements }) {
    const [address = ''] = allocation.newAddresses(1);
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    // RFC 2544 has them for tests; nobody else does.
    const others = Array.from({ length: ranges - 1 }, (_, at) => ({ cidr: `198.18.${at >> 8}.${at & 255}/32` }));
    const of = allocation.pool({ cidr: `${address}/32` }, ...others);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await badInputs.areHandled('tooLarge', ['name', 'label', 'annotations', 'pool name', 'addresses']);
      if (declared.largePool === 'refused') {
        await allocation.isRefused(`a pool of ${ranges} ranges`, of.apply());
        await pods('bulk').leaveAs('the address of their node');
        return;
      }
      await of.apply();
      const large = await egress({ namespace: 'bulk' }, { pool: of });
      await pods('bulk').eventuallyLeaveAs(await large.assigned());
      await of.comesToTell({ total: ranges, used: 1 });
    });
    await pods('other').leaveAs('the address of their node');
  },
});
