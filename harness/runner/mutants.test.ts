import { expect, test } from 'vitest';
import { summarizeMutants, type Trial } from './mutants.ts';

const trial = (defect: Trial['defect'], id: string, verdict: Trial['verdict']): Trial => ({
  defect,
  id,
  verdict,
  outcome: 'pass',
  why: '',
});

test('what each defect was caught and missed by', () => {
  const trials = [
    trial(null, 'ID-01', 'right'),
    trial(null, 'ID-02', 'wrong'),
    trial('snat-missing', 'ID-01', 'right'),
    trial('snat-missing', 'ID-02', 'wrong'),
    trial('tcp-only', 'ID-02', 'wrong'),
    trial('udp-only', 'SEC-01', 'skipped'),
  ];
  expect(summarizeMutants(trials, ['snat-missing', 'tcp-only', 'udp-only', 'tunnel-missing'])).toEqual({
    rows: [
      { defect: 'snat-missing', caughtBy: ['ID-01'], missedBy: ['ID-02'], skipped: [] },
      { defect: 'tcp-only', caughtBy: [], missedBy: ['ID-02'], skipped: [] },
      { defect: 'udp-only', caughtBy: [], missedBy: [], skipped: ['SEC-01'] },
      { defect: 'tunnel-missing', caughtBy: [], missedBy: [], skipped: [] },
    ],
    falseAlarms: ['ID-02'],
    uncaught: ['tcp-only', 'tunnel-missing'],
    passed: 2,
    failed: 4,
    skipped: 1,
  });
});
