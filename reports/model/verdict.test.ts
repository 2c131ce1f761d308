import { expect, test } from 'vitest';
import { judgeFeature, outcomeOf, resultOf, statisticsOf } from './verdict.ts';
import type { CaseResult } from './run-result.ts';

const judged = (outcome: CaseResult['outcome'], level: CaseResult['level'] = 'core', claimed = true) => ({
  outcome,
  level,
  claimed,
});
const pass = judged('pass');

test.each([
  { when: 'every case passed', cases: [pass, judged('pass', 'extended')], result: 'success' },
  {
    when: 'an unclaimed extended case was skipped',
    cases: [pass, judged('skip', 'extended', false)],
    result: 'success',
  },
  { when: 'a measurement was skipped', cases: [pass, judged('skip', 'measurement')], result: 'success' },
  { when: 'a claimed extended case was skipped', cases: [pass, judged('skip', 'extended')], result: 'partial' },
  { when: 'a core case was skipped, claimed or not', cases: [pass, judged('skip', 'core', false)], result: 'partial' },
  { when: 'one was unknown', cases: [pass, judged('unknown')], result: 'inconclusive' },
  { when: 'one could not be run', cases: [pass, judged('error')], result: 'inconclusive' },
  { when: 'one failed and one was unknown', cases: [judged('unknown'), judged('fail'), pass], result: 'failure' },
  { when: 'all were skipped', cases: [judged('skip', 'extended', false)], result: 'inconclusive' },
  { when: 'there were none', cases: [], result: 'inconclusive' },
])('the result is $result when $when', ({ cases, result }) => {
  expect(resultOf(cases, [], true)).toBe(result);
});

test.each([
  { status: 'proven', result: 'success' },
  { status: 'not declared', result: 'success' },
  { status: 'not proven', result: 'partial' },
] as const)('all cases passed, a feature is $status: $result', ({ status, result }) => {
  expect(resultOf([pass], [{ status }], true)).toBe(result);
});

test.each<{ level: 'core' | 'extended'; claimed: boolean; outcomes: CaseResult['outcome'][]; status: string }>([
  { level: 'core', claimed: false, outcomes: ['pass'], status: 'proven' },
  { level: 'core', claimed: false, outcomes: [], status: 'not proven' },
  { level: 'extended', claimed: true, outcomes: ['pass', 'skip'], status: 'proven' },
  { level: 'extended', claimed: true, outcomes: ['skip'], status: 'not proven' },
  { level: 'extended', claimed: true, outcomes: ['pass', 'unknown'], status: 'not proven' },
  { level: 'extended', claimed: true, outcomes: ['pass', 'error'], status: 'not proven' },
  { level: 'extended', claimed: true, outcomes: ['pass', 'fail', 'unknown'], status: 'failed' },
  { level: 'extended', claimed: false, outcomes: ['skip'], status: 'not declared' },
  // It has been run nevertheless: what nobody claims is no pass.
  { level: 'extended', claimed: false, outcomes: ['pass'], status: 'not declared' },
])('$level, claimed: $claimed, with cases $outcomes: $status', ({ level, claimed, outcomes, status }) => {
  const cases = outcomes.map((outcome) => ({ outcome, features: ['other', 'x'] }));
  const feature = judgeFeature({ name: 'x', profile: 'HA', level, claimed }, [
    ...cases,
    { outcome: 'fail', features: [] },
  ]);
  expect(feature.status).toBe(status);
  expect(feature.passed + feature.failed + feature.open + feature.skipped).toBe(outcomes.length);
});

test.each([
  { cases: [pass], result: 'partial' },
  { cases: [judged('unknown')], result: 'inconclusive' },
  { cases: [judged('fail')], result: 'failure' },
])('an incomplete run is $result at best', ({ cases, result }) => {
  expect(resultOf(cases, [], false)).toBe(result);
});

test.each([
  { checks: [], outcome: 'unknown' },
  { checks: ['pass', 'pass'], outcome: 'pass' },
  { checks: ['pass', 'unknown'], outcome: 'unknown' },
  { checks: ['unknown', 'fail', 'pass'], outcome: 'fail' },
] as const)('checks $checks make $outcome', ({ checks, outcome }) => {
  expect(outcomeOf(checks.map((of) => ({ outcome: of })))).toBe(outcome);
});

test('every outcome is counted apart', () => {
  const outcomes = ['pass', 'fail', 'unknown', 'skip', 'error', 'pass'] as const;
  expect(statisticsOf(outcomes.map((outcome) => ({ outcome })))).toEqual({
    passed: 2,
    failed: 1,
    unknown: 1,
    skipped: 1,
    error: 1,
  });
});
