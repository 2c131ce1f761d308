import { defineCase } from '../../harness/case/define-case.ts';

export default defineCase({
  id: 'SEL-01',
  title:
    'a label on the namespace gives its pods the Egress IP, and taking it off gives them back the address of their node',
  level: 'core',
  features: ['LifecycleApplyRemove', 'NamespaceSourceIP', 'UnselectedUnaffected', 'AllPlacements'],
  topology: 'egress',
  why: 'Labels are how administrators hand out addresses; a label that works only once leaves pods with rights they lost.',
  given: { shop: { pods: { on: 'everyNode' } }, other: { pods: { on: 'everyNode' } } },
  plan: 5,
  catches: ['stale-after-relabel', 'early-pods-ignored', 'snat-missing'],
  async checks({ pods, egress, namespaces, unique, coversAllPlacements }) {
    const label = unique('gold');
    const x = await egress({ namespaceLabels: { egress: label } });
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await namespaces.label('shop', { egress: label });
    await pods('shop').eventuallyLeaveAs(x.address);
    await coversAllPlacements(pods('shop'), x);
    await pods('other').leaveAs('the address of their node');
    await namespaces.label('shop', { egress: null });
    await pods('shop').eventuallyLeaveAs('the address of their node');
    await pods('shop').leaveAs('the address of their node');
  },
});
