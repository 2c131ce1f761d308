import type { Capability, ClusterProvider } from '../../clusters/cluster.ts';
import type { EgressCase } from './define-case.ts';
import { features as known, type Profile } from './features.ts';

/** Whether clusters of a provider have what the case needs; for those that lack something, what, and why. */
export function runsOn(
  { needs = [] }: Pick<EgressCase, 'needs'>,
  { capabilities }: Pick<ClusterProvider, 'capabilities'>,
): { readonly runs: true } | { readonly runs: false; readonly lacks: Capability; readonly why: string } {
  for (const need of needs) {
    const state = capabilities[need];
    if (!state.has) return { runs: false, lacks: need, why: state.why };
  }
  return { runs: true };
}

/** The profile that a case counts for: that of its first extended feature, or Core. */
export function profileOf({ features }: Pick<EgressCase, 'features'>): Profile {
  const extended = features.find((feature) => known[feature].level === 'extended');
  return extended === undefined ? 'Core' : known[extended].profile;
}
