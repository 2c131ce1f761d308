import type { RunResult } from '../model/run-result.ts';

export const verdictSentences: Readonly<Record<RunResult['result'], string>> = {
  success: 'success: every core and claimed case passed',
  partial: 'partial: nothing failed, but the run left cases out',
  failure: 'failure',
  inconclusive: 'inconclusive: nothing failed, but not everything could be judged',
};
