import type { CaseResult, CheckResult, RunResult } from './run-result.ts';

/**
 * What the checks of a case say together: one failure fails it, one unknown leaves it open,
 * and a case that checked nothing has proven nothing.
 */
export function outcomeOf(checks: readonly Pick<CheckResult, 'outcome'>[]): CheckResult['outcome'] {
  if (checks.some(({ outcome }) => outcome === 'fail')) return 'fail';
  if (checks.length === 0 || checks.some(({ outcome }) => outcome === 'unknown')) return 'unknown';
  return 'pass';
}

type Judged = Pick<CaseResult, 'level' | 'claimed' | 'outcome'>;

/**
 * The verdict on the implementation. `failure`: a case failed. `inconclusive`: none failed, but one could not be judged,
 * or there was nothing to judge. `partial`: a core or claimed case was skipped, or the run is not complete.
 * `success`: every core and claimed case passed.
 */
export function resultOf(cases: readonly Judged[], complete: boolean): RunResult['result'] {
  if (cases.some(({ outcome }) => outcome === 'fail')) return 'failure';
  if (cases.some(({ outcome }) => outcome === 'unknown' || outcome === 'error')) return 'inconclusive';
  if (!cases.some(({ outcome }) => outcome === 'pass')) return 'inconclusive';
  return complete && !cases.some(isMissed) ? 'success' : 'partial';
}

/** A skip that leaves a hole: a measurement never does, an extended case only where the implementation claims its features. */
function isMissed({ level, claimed, outcome }: Judged): boolean {
  return outcome === 'skip' && (level === 'core' || (claimed && level !== 'measurement'));
}

export function statisticsOf(cases: readonly Pick<CaseResult, 'outcome'>[]): RunResult['statistics'] {
  const count = (outcome: CaseResult['outcome']) => cases.filter((result) => result.outcome === outcome).length;
  return {
    passed: count('pass'),
    failed: count('fail'),
    unknown: count('unknown'),
    skipped: count('skip'),
    error: count('error'),
  };
}
