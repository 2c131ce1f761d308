import { renderCaseLine } from './case-line.ts';
import { paintFor } from './paint.ts';
import { renderSummary } from './summary.ts';
import type { CaseResult, RunResult } from '../model/run-result.ts';

export interface TerminalReport {
  /** One line; `index` counts from 1. */
  caseEnded(result: CaseResult, position: { index: number; total: number }): void;
  runEnded(result: RunResult, runFolder: string): void;
}

/** Tells a run on a stream while it goes on; in colours when that is a terminal. */
export function reportToTerminal(stream: NodeJS.WritableStream): TerminalReport {
  const paint = paintFor(stream);
  return {
    caseEnded: (result, position) => void stream.write(`${renderCaseLine(result, position, paint)}\n`),
    runEnded: (result, runFolder) => void stream.write(renderSummary(result, runFolder, paint)),
  };
}
