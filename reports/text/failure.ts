import { describeViolation } from './violation.ts';
import type { CaseResult } from '../model/run-result.ts';

/** Violations shown per check; the rest is counted, and is in the evidence. */
const shownViolations = 10;

/** Why a case did not pass, a line a finding: its reason, and each check that failed or stayed open with what was seen. */
export function describeFailure({ reason, checks }: CaseResult): string[] {
  const open = checks.filter(({ outcome }) => outcome !== 'pass');
  return [
    ...(reason === undefined ? [] : [reason]),
    ...open.flatMap(({ name, outcome, message, violations }) => [
      `${name}: ${outcome === 'unknown' ? 'unknown: ' : ''}${message}`,
      ...violations.slice(0, shownViolations).map((violation) => `  ${describeViolation(violation)}`),
      ...(violations.length > shownViolations ? [`  and ${violations.length - shownViolations} more`] : []),
    ]),
  ];
}
