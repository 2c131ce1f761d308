import { expect, test } from 'vitest';
import { providerOf } from '../../clusters/providers.ts';
import { profileOf, runsOn } from './where.ts';

test.each([
  { needs: [], provider: 'existing', want: { runs: true } },
  { needs: ['router', 'firewall'], provider: 'netns', want: { runs: true } },
  { needs: ['nodeHosts', 'vlan'], provider: 'kind', want: { runs: false, lacks: 'vlan' } },
  { needs: ['router'], provider: 'existing', want: { runs: false, lacks: 'router' } },
] as const)('a case that needs $needs on $provider', ({ needs, provider, want }) => {
  expect(runsOn({ needs }, providerOf(provider))).toMatchObject(want);
});

test.each([
  { features: ['NamespaceSourceIP', 'TCP+UDP'], want: 'Core' },
  { features: ['NamespaceSourceIP', 'StatusNode', 'PinToNode'], want: 'Observability' },
] as const)('a case of $features counts for $want', ({ features, want }) => {
  expect(profileOf({ features })).toBe(want);
});
