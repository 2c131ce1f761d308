import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'BAD-03',
  title:
    'policies without a selection or an address, with impossible selectors or fields that exclude each other, are refused',
  level: 'extended',
  features: ['InputValidation', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'A selector that lost its values by mistake must not select every pod of the cluster.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 7,
  catches: ['schema-missing', 'webhook-missing'],
  async checks({ pods, egress, badInputs, coversAllPlacements }) {
    const x = await egress({ namespace: 'shop' });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('shop').leaveThroughoutAs(x.address, async () => {
      await badInputs.areHandled('missingSelection', ['absent', 'null']);
      await badInputs.areHandled('missingAddress', ['absent']);
      await badInputs.areHandled('contradiction', ['one address, and several']);
      const requirement = (fields: object): string => JSON.stringify({ matchExpressions: [{ key: 'app', ...fields }] });
      await badInputs.areHandled('impossibleSelector', [
        requirement({ operator: 'Like', values: ['x'] }),
        requirement({ operator: 'In' }),
        requirement({ operator: 'NotIn', values: [] }),
        requirement({ operator: 'Exists', values: ['x'] }),
        JSON.stringify({ matchLabels: { app: '-x-' } }),
        JSON.stringify({ matchLabels: { 'a b': 'x' } }),
      ]);
    });
    await pods('other').leaveAs('the address of their node');
  },
});
