import type { CaseResult, CheckResult, FeatureResult, RunResult } from './run-result.ts';

/**
 * What the checks of a case say together: one failure fails it, one unknown leaves it open,
 * and a case that checked nothing has proven nothing.
 */
export function outcomeOf(checks: readonly Pick<CheckResult, 'outcome'>[]): CheckResult['outcome'] {
  if (checks.some(({ outcome }) => outcome === 'fail')) return 'fail';
  if (checks.length === 0 || checks.some(({ outcome }) => outcome === 'unknown')) return 'unknown';
  return 'pass';
}

/** A feature as the implementation declares it. */
export interface DeclaredFeature extends Pick<FeatureResult, 'name' | 'profile' | 'level'> {
  /** Whether the implementation claims it; core features need no claim. */
  readonly claimed: boolean;
}

/** What the cases that have it say about a feature. A core feature is never `not declared`. */
export function judgeFeature(
  { name, profile, level, claimed }: DeclaredFeature,
  cases: readonly Pick<CaseResult, 'features' | 'outcome'>[],
): FeatureResult {
  const outcomes = cases.filter(({ features }) => features.includes(name)).map(({ outcome }) => outcome);
  const count = (...wanted: CaseResult['outcome'][]): number =>
    outcomes.filter((outcome) => wanted.includes(outcome)).length;
  const counts = {
    passed: count('pass'),
    failed: count('fail'),
    open: count('unknown', 'error'),
    skipped: count('skip'),
  };
  const status =
    level === 'extended' && !claimed
      ? 'not declared'
      : counts.failed > 0
        ? 'failed'
        : counts.passed > 0 && counts.open === 0
          ? 'proven'
          : 'not proven';
  return { name, profile, level, status, ...counts };
}

type Judged = Pick<CaseResult, 'level' | 'claimed' | 'outcome'>;

/**
 * The verdict on the implementation. `failure`: a case failed. `inconclusive`: none failed, but one could not be judged,
 * or there was nothing to judge. `partial`: a core or claimed case was skipped, a core or claimed feature was proven by
 * no case, or the run is not complete. `success`: every core and claimed case passed, and they prove every such feature.
 */
export function resultOf(
  cases: readonly Judged[],
  features: readonly Pick<FeatureResult, 'status'>[],
  complete: boolean,
): RunResult['result'] {
  if (cases.some(({ outcome }) => outcome === 'fail')) return 'failure';
  if (cases.some(({ outcome }) => outcome === 'unknown' || outcome === 'error')) return 'inconclusive';
  if (!cases.some(({ outcome }) => outcome === 'pass')) return 'inconclusive';
  const isWhole = !cases.some(isMissed) && !features.some(({ status }) => status === 'not proven');
  return complete && isWhole ? 'success' : 'partial';
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
