import type { CaseResult } from '../model/run-result.ts';

/** Numbers that more checks than this have measured are told as a distribution. */
const toldSingly = 3;

/**
 * A line for each number that checks have measured, `settledMs  median 140, greatest 4246 (OBS-01), of 41`; those of
 * measurement cases, and those that only a few have, one by one.
 */
export function measuredTable(cases: readonly CaseResult[]): string[][] {
  const all = cases.flatMap(({ id, level, checks }) =>
    checks.flatMap(({ measured = {} }) =>
      Object.entries(measured).map(([name, value]) => ({ id, name, value, single: level === 'measurement' })),
    ),
  );
  return [...Map.groupBy(all, ({ name }) => name)].flatMap(([name, found]) => {
    const common = found.filter(({ single }) => !single);
    const isFew = common.length <= toldSingly;
    const singly = isFew ? found : found.filter(({ single }) => single);
    const lines = [...Map.groupBy(singly, ({ id }) => id)].map(([id, values]) => [
      name,
      `${values.map(({ value }) => describeNumber(value)).join(', ')} (${id})`,
    ]);
    return isFew ? lines : [...lines, [name, describeMany(common)]];
  });
}

function describeMany(found: readonly { readonly id: string; readonly value: number }[]): string {
  const sorted = found.toSorted((a, b) => a.value - b.value);
  const [median, last] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted.at(-1)];
  return `median ${describeNumber(median?.value ?? 0)}, greatest ${describeNumber(last?.value ?? 0)} (${last?.id}), of ${found.length}`;
}

/** At most three digits behind the point. */
function describeNumber(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}
