import type { CaseResult, FeatureResult, RunResult } from '../model/run-result.ts';

/** The class that colours an outcome, and the word for it: colour is never the only sign. */
export const outcomes: Readonly<Record<CaseResult['outcome'], { readonly tone: string; readonly word: string }>> = {
  pass: { tone: 'is-pass', word: 'passed' },
  fail: { tone: 'is-fail', word: 'failed' },
  unknown: { tone: 'is-open', word: 'no verdict' },
  error: { tone: 'is-open', word: 'not run to its end' },
  skip: { tone: 'is-skip', word: 'skipped' },
};

export const featureTones: Readonly<Record<FeatureResult['status'], string>> = {
  proven: 'is-pass',
  failed: 'is-fail',
  'not proven': 'is-open',
  'not declared': 'is-skip',
};

export const verdictTones: Readonly<Record<RunResult['result'], string>> = {
  success: 'is-pass',
  partial: 'is-open',
  failure: 'is-fail',
  inconclusive: 'is-open',
};
