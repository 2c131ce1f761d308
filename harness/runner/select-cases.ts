import type { LoadedCase } from './load-cases.ts';

export interface CaseFilter {
  readonly ids: readonly string[];
  /** Regular expressions on `id title`. */
  readonly patterns: readonly string[];
  readonly features: readonly string[];
}

/** The cases that are named by id or match a pattern, and have one of the features; with an empty filter all. */
export function selectCases(cases: readonly LoadedCase[], filter: CaseFilter): LoadedCase[] {
  const patterns = filter.patterns.map((pattern) => new RegExp(pattern, 'i'));
  const ids = new Set(filter.ids.map((id) => id.toUpperCase()));
  const isEverything = patterns.length === 0 && ids.size === 0;
  return cases.filter(({ definition: { id, title, features } }) => {
    const isNamed = isEverything || ids.has(id) || patterns.some((pattern) => pattern.test(`${id} ${title}`));
    return isNamed && (filter.features.length === 0 || features.some((feature) => filter.features.includes(feature)));
  });
}
