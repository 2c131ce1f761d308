import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, samplePass, sampleSkip, sampleUnknown } from '../model/sample.ts';
import type { CaseResult } from '../model/run-result.ts';
import { featureTable } from './features.ts';
import { measuredTable } from './measured.ts';
import { alignColumns } from './table.ts';

const facts = (complete: boolean) => {
  const base = sampleFacts([
    { ...samplePass, features: ['a', 'b'] },
    { ...sampleSkip, features: ['a', 'd'] },
    { ...sampleUnknown, features: ['c'] },
  ]);
  const feature = (name: string, level: 'core' | 'extended', claimed: boolean) => ({
    name,
    profile: level === 'core' ? 'Core' : 'HA',
    level,
    claimed,
  });
  const features = [
    feature('a', 'core', false),
    feature('b', 'extended', true),
    feature('c', 'extended', true),
    feature('d', 'extended', false),
    feature('e', 'extended', true),
    feature('f', 'extended', false),
  ];
  return { ...base, run: { ...base.run, complete }, features };
};

test('features by profile, what is not as it should be first', () => {
  expect(featureTable(buildRunResult(facts(true)))).toEqual([
    ['Core', 'proven', 'a (1 of 2 skipped)'],
    ['HA', 'not proven', 'c (1 of 1 without a verdict), e (no case)'],
    ['HA', 'proven', 'b'],
    ['HA', 'not declared', 'd, f'],
  ]);
});

test('a part of a run tells only of the features of its cases', () => {
  expect(
    featureTable(buildRunResult(facts(false)))
      .map(([, , names]) => names)
      .join('; '),
  ).not.toMatch(/\b[ef]\b/);
});

const measuring = (id: string, level: CaseResult['level'], ...values: number[]): CaseResult => ({
  ...samplePass,
  id,
  level,
  checks: values.map((settledMs) => ({
    name: 'settles',
    outcome: 'pass',
    message: '',
    measured: { settledMs },
    violations: [],
  })),
});

test.each([
  { what: 'a few', cases: [measuring('A-01', 'core', 1.23456, 2)], want: [['settledMs', '1.235, 2 (A-01)']] },
  {
    what: 'many',
    cases: [measuring('A-01', 'core', 5, 1, 9), measuring('A-02', 'core', 3)],
    want: [['settledMs', 'median 3, greatest 9 (A-01), of 4']],
  },
  {
    what: 'many, and a measurement',
    cases: [measuring('A-01', 'core', 5, 1, 9, 3), measuring('M-01', 'measurement', 7)],
    want: [
      ['settledMs', '7 (M-01)'],
      ['settledMs', 'median 3, greatest 9 (A-01), of 4'],
    ],
  },
  { what: 'nothing', cases: [sampleSkip], want: [] },
])('numbers: $what', ({ cases, want }) => {
  expect(measuredTable(cases)).toEqual(want);
});

test('columns are as wide as their widest cell', () => {
  expect(
    alignColumns([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
  ).toEqual(['a    bb  c', 'aaa  b']);
  expect(alignColumns([])).toEqual([]);
});
