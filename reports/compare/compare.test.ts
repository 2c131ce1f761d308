import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleFacts, sampleFail, samplePass, sampleSkip, sampleUnknown } from '../model/sample.ts';
import type { CaseResult } from '../model/run-result.ts';
import { caveatsOf, compareRuns } from './compare.ts';

const run = (...cases: CaseResult[]) => buildRunResult({ ...sampleFacts(cases), features: [] });
const failed = { ...sampleFail, id: samplePass.id };

test.each<[string, CaseResult[], CaseResult[], string[]]>([
  ['nothing', [samplePass, sampleSkip], [samplePass, sampleSkip], []],
  ['a case that fails now', [samplePass], [failed], ['worse ID-01: pass -> fail']],
  ['a case that is gone', [samplePass, sampleSkip], [sampleSkip], ['worse ID-01: pass -> absent']],
  ['a case that passes now', [failed], [samplePass], ['better ID-01: fail -> pass']],
  ['a new case that passes', [], [samplePass], ['better ID-01: absent -> pass']],
  ['a new case that fails', [], [failed], ['other ID-01: absent -> fail']],
  ['no verdict any more', [{ ...samplePass, id: 'ID-03' }], [sampleUnknown], ['worse ID-03: pass -> unknown']],
])('%s', (_what, before, after, expected) => {
  const found = compareRuns(run(...before), run(...after));
  expect(found.map((one) => `${one.kind} ${one.about}: ${one.before} -> ${one.after}`)).toEqual(expected);
});

test('a feature that is proven no more is worse, a declaration that changed is told', () => {
  const feature = { name: 'egress-ip.v4', profile: 'Core', level: 'core', claimed: true } as const;
  const facts = (cases: CaseResult[], settleMs: number) => {
    const base = sampleFacts(cases);
    return buildRunResult({
      ...base,
      features: [feature],
      implementation: { ...base.implementation, declared: { settleMs } },
    });
  };
  const found = compareRuns(facts([samplePass], 1), facts([failed], 2));
  expect(found.map(({ kind, about }) => `${kind} ${about}`)).toEqual([
    'worse ID-01',
    'worse egress-ip.v4',
    'other declared settleMs',
  ]);
});

test('what makes runs hard to compare is told', () => {
  const before = run(samplePass);
  const after = { ...before, run: { ...before.run, provider: 'kind' as const, complete: false } };
  expect(caveatsOf(before, before)).toEqual([]);
  expect(caveatsOf(before, after)).toEqual(['provider: netns before, kind after', 'not every case was run in both']);
});
