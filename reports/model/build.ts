import { apiVersion, parseRunResult } from './run-result.ts';
import type { RunResult, Violation } from './run-result.ts';
import { judgeFeature, resultOf, statisticsOf, type DeclaredFeature } from './verdict.ts';

/** What the one who ran the cases knows; the rest of a result follows from it. */
export interface RunFacts extends Omit<RunResult, 'apiVersion' | 'kind' | 'result' | 'statistics' | 'features'> {
  readonly features: readonly DeclaredFeature[];
}

/**
 * A valid result with sorted contents, so that equal runs give equal bytes.
 * @throws InvalidRunResultError when the facts contradict each other.
 */
export function buildRunResult(facts: RunFacts): RunResult {
  const features = facts.features.map((feature) => judgeFeature(feature, facts.cases));
  return parseRunResult({
    apiVersion,
    kind: 'RunResult',
    ...facts,
    features,
    result: resultOf(facts.cases, features, facts.run.complete),
    statistics: statisticsOf(facts.cases),
    cases: [...facts.cases]
      .sort((a, b) => compareNames(a.id, b.id))
      .map((result) => ({
        ...result,
        features: sortedSet(result.features),
        checks: result.checks.map((check) => ({
          ...check,
          violations: check.violations
            .map((violation) => ({ ...violation, expected: sortedSet(violation.expected) }))
            .sort(compareViolations),
        })),
      })),
    limitations: sortedSet(facts.limitations),
  });
}

/** Byte for byte the same for equal results: keys sorted, two spaces, a line end at the end. */
export function serializeRunResult(result: RunResult): string {
  return `${JSON.stringify(sortKeys(result), null, 2)}\n`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareBytes(a, b));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}

function compareViolations(a: Violation, b: Violation): number {
  const parts = (of: Violation) =>
    [of.namespace, of.pod, of.podIP, of.node, of.destination, of.protocol, of.seen]
      .map((part) => part ?? '')
      .join('\n');
  return a.firstAtMs - b.firstAtMs || compareBytes(parts(a), parts(b));
}

function sortedSet(names: readonly string[]): string[] {
  return [...new Set(names)].sort(compareNames);
}

/** ID-2 before ID-10. Compares digit runs as numbers itself: the order must not depend on the machine's locale. */
function compareNames(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = /^\d/.test(part) && /^\d/.test(other) ? Number(part) - Number(other) : compareBytes(part, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareBytes(a, b);
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
