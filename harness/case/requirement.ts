import type { EgressCase } from './define-case.ts';
import { features as known, type Feature } from './features.ts';

export type Decision = { readonly run: true } | { readonly run: false; readonly reason: string };

/** Whether a case can be run against an implementation that claims these features. Core features need no claim. */
export function decide(
  wanted: Pick<EgressCase, 'features'>,
  adapter: { readonly name: string; readonly features: ReadonlySet<Feature> },
): Decision {
  const missing = wanted.features.filter(
    (feature) => known[feature].level === 'extended' && !adapter.features.has(feature),
  );
  if (missing.length === 0) return { run: true };
  const what = missing.map((feature) => `${feature} (${known[feature].means})`).join(', ');
  return { run: false, reason: `${adapter.name} does not claim ${what}` };
}
