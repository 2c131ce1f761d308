import { expect, test } from 'vitest';
import { buildRunResult, serializeRunResult } from './build.ts';
import { parseRunResult } from './run-result.ts';
import {
  sampleError,
  sampleFacts,
  sampleFail,
  samplePass,
  sampleSkip,
  sampleUnknown,
  sampleViolation,
} from './sample.ts';
import type { CaseResult, RunResult } from './run-result.ts';

const all = [sampleSkip, sampleFail, samplePass, sampleError, sampleUnknown];

test('a result is read back as it was written', () => {
  const result = buildRunResult(sampleFacts(all));
  expect(parseRunResult(JSON.parse(serializeRunResult(result)))).toEqual(result);
});

test('cases, features, violations and limitations are sorted, numbers by value', () => {
  const late = { ...sampleViolation, firstAtMs: 900, expected: ['172.16.18.140', '172.16.18.99', '172.16.18.99'] };
  const [check] = sampleFail.checks;
  const failed: CaseResult = {
    ...sampleFail,
    features: ['tcp', 'egress-ip.v4', 'tcp'],
    checks: [{ ...check!, violations: [late, sampleViolation] }],
  };
  const result = buildRunResult({ ...sampleFacts([sampleSkip, failed, samplePass]), limitations: ['b', 'a', 'b'] });
  expect(result.cases.map(({ id }) => id)).toEqual(['ID-01', 'ID-02', 'ID-10']);
  expect(result.cases[1]?.features).toEqual(['egress-ip.v4', 'tcp']);
  expect(result.cases[1]?.checks[0]?.violations.map(({ firstAtMs }) => firstAtMs)).toEqual([412, 900]);
  expect(result.cases[1]?.checks[0]?.violations[1]?.expected).toEqual(['172.16.18.99', '172.16.18.140']);
  expect(result.limitations).toEqual(['a', 'b']);
});

test('the bytes do not depend on the order of keys or cases', () => {
  const facts = sampleFacts(all);
  const shuffled = {
    ...Object.fromEntries(Object.entries(facts).reverse()),
    cases: facts.cases.toReversed().map((of) => Object.fromEntries(Object.entries(of).reverse())),
  } as typeof facts;
  expect(serializeRunResult(buildRunResult(shuffled))).toBe(serializeRunResult(buildRunResult(facts)));
});

const valid = () => structuredClone(buildRunResult(sampleFacts(all)));

test.each<{ flaw: string; spoil: (result: RunResult, cases: readonly CaseResult[]) => void; message: RegExp }>([
  { flaw: 'an unknown field', spoil: (of) => Object.assign(of, { colour: 'red' }), message: /colour/ },
  {
    flaw: 'an unknown field of a case',
    spoil: (_, [first]) => Object.assign(first!, { colour: 'red' }),
    message: /cases\.0.*colour/,
  },
  {
    flaw: 'another version',
    spoil: (of) => Object.assign(of, { apiVersion: 'egressproof.dev/v9' }),
    message: /apiVersion/,
  },
  { flaw: 'a prettier result', spoil: (of) => (of.result = 'success'), message: /cases say failure/ },
  { flaw: 'a wrong count', spoil: (of) => (of.statistics.passed = 5), message: /statistics\.passed: is 5.*say 1/ },
  { flaw: 'the same case twice', spoil: (of, [first]) => of.cases.push(first!), message: /ID-01 occurs twice/ },
  {
    flaw: 'a feature that looks proven',
    spoil: (of) => (of.features[0]!.status = 'proven'),
    message: /features\.0\.status.*cases say failed/,
  },
  {
    flaw: 'a skip without a reason',
    spoil: (_, cases) => delete cases.find(({ outcome }) => outcome === 'skip')!.reason,
    message: /skip needs a reason/,
  },
  { flaw: 'a pass without checks', spoil: (_, [first]) => (first!.checks = []), message: /at least one check/ },
  {
    flaw: 'a pass with a failed check',
    spoil: (_, [first, second]) => (first!.checks = second!.checks),
    message: /checks say fail/,
  },
  {
    flaw: 'a passed check with violations',
    spoil: (_, [first]) => (first!.checks[0]!.violations = [sampleViolation]),
    message: /cannot have passed/,
  },
  {
    flaw: 'a source that is no address',
    spoil: (_, [, second]) => (second!.checks[0]!.violations[0]!.seen = 'somewhere'),
    message: /violations\.0\.seen/,
  },
  {
    flaw: 'a failed testbed that claims to be complete',
    spoil: (of) => (of.run.setUpFailure = 'no user namespaces'),
    message: /run\.complete/,
  },
  { flaw: 'a local time', spoil: (of) => (of.run.startedAt = '2026-09-01 12:00'), message: /run\.startedAt/ },
])('a result with $flaw is refused', ({ spoil, message }) => {
  const result = valid();
  spoil(result, result.cases);
  expect(() => parseRunResult(result)).toThrow(message);
});
