import type { Capability, CapabilityState } from '../../clusters/cluster.ts';
import type { EgressCase } from './define-case.ts';
import { features as known, type Feature } from './features.ts';

export type Decision = { readonly run: true } | { readonly run: false; readonly reason: string };

/** Where a case would run. */
export interface Place {
  readonly cluster: { readonly name: string; readonly capabilities: Readonly<Record<Capability, CapabilityState>> };
  readonly mayDisturb: boolean;
}

/**
 * Whether a case can be run against an implementation that claims these features, and at this place. Core features need
 * no claim.
 */
export function decide(
  wanted: Pick<EgressCase, 'features' | 'needs' | 'disruptive'>,
  adapter: { readonly name: string; readonly features: ReadonlySet<Feature> },
  place?: Place,
): Decision {
  const missing = wanted.features.filter(
    (feature) => known[feature].level === 'extended' && !adapter.features.has(feature),
  );
  if (missing.length > 0) {
    const what = missing.map((feature) => `${feature} (${known[feature].means})`).join(', ');
    return { run: false, reason: `${adapter.name} does not claim ${what}` };
  }
  if (place === undefined) return { run: true };
  // The programs of the harness speak IPv4.
  for (const need of ['ipv4', ...(wanted.needs ?? [])] as const) {
    const state = place.cluster.capabilities[need];
    if (!state.has) return { run: false, reason: `cluster ${place.cluster.name} lacks ${need}: ${state.why}` };
  }
  if (wanted.disruptive === true && !place.mayDisturb)
    return { run: false, reason: 'it disturbs what else runs on the cluster, and --disruptive was not given' };
  return { run: true };
}
