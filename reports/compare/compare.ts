import type { CaseResult, RunResult } from '../model/run-result.ts';

/** What became different between two runs. `worse` is a regression: something that was shown is shown no more. */
export interface Difference {
  readonly kind: 'worse' | 'better' | 'other';
  /** A case, a feature, or what is declared. */
  readonly about: string;
  readonly before: string;
  readonly after: string;
  /** Why, where the later run says so. */
  readonly reason?: string;
}

const absent = 'absent';
/** What counts as shown. */
const shown = new Set(['pass', 'proven']);

/** Cases, features and declarations that differ, the worst first. Runs of different suites or providers can be compared: the reader is told. */
export function compareRuns(before: RunResult, after: RunResult): Difference[] {
  const cases = pairs(before.cases, after.cases, ({ id }) => id).flatMap(([id, one, other]) =>
    difference(id, one?.outcome, other?.outcome, reasonOf(other)),
  );
  const features = pairs(before.features, after.features, ({ name }) => name).flatMap(([name, one, other]) =>
    difference(name, one?.status, other?.status),
  );
  const [declared, later] = [before, after].map(({ implementation }) =>
    Object.entries(implementation.declared).map(([name, value]) => ({ name, value: String(value) })),
  );
  const declarations = pairs(declared ?? [], later ?? [], ({ name }) => name).flatMap(
    ([name, one, other]): Difference[] =>
      one?.value === other?.value
        ? []
        : [
            {
              kind: 'other',
              about: `declared ${name}`,
              before: one?.value ?? absent,
              after: other?.value ?? absent,
            },
          ],
  );
  const order = { worse: 0, better: 1, other: 2 };
  return [...cases, ...features, ...declarations].sort((a, b) => order[a.kind] - order[b.kind]);
}

/** What makes two runs hard to compare, in words. */
export function caveatsOf(before: RunResult, after: RunResult): string[] {
  const facts = (result: RunResult): Readonly<Record<string, string>> => ({
    provider: result.run.provider,
    suite: `${result.suite.name} ${result.suite.version}`,
    kernel: result.environment.kernel,
    processors: String(result.environment.cpus),
  });
  const [one, other] = [facts(before), facts(after)];
  const differing = Object.keys(one).filter((name) => one[name] !== other[name]);
  return [
    ...differing.map((name) => `${name}: ${one[name]} before, ${other[name]} after`),
    ...(before.run.complete && after.run.complete ? [] : ['not every case was run in both']),
  ];
}

function difference(
  about: string,
  before: string | undefined,
  after: string | undefined,
  reason?: string,
): Difference[] {
  if (before === after) return [];
  const [was, is] = [before ?? absent, after ?? absent];
  // What is new and fails has shown something that nobody knew: no regression, but nothing better either.
  const kind = shown.has(was) ? 'worse' : shown.has(is) ? 'better' : 'other';
  return [{ kind, about, before: was, after: is, ...(reason === undefined ? {} : { reason }) }];
}

function reasonOf(result: CaseResult | undefined): string | undefined {
  if (result === undefined || result.outcome === 'pass') return undefined;
  return result.reason ?? result.checks.find(({ outcome }) => outcome === 'fail')?.message;
}

function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): [string, T | undefined, T | undefined][] {
  const [one, other] = [before, after].map((items) => new Map(items.map((item) => [keyOf(item), item])));
  const keys = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...keys].map((key) => [key, one?.get(key), other?.get(key)]);
}
