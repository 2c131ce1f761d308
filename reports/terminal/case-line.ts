import { describeDuration } from '../text/duration.ts';
import { printable } from '../text/printable.ts';
import type { CaseResult } from '../model/run-result.ts';
import type { Paint } from './paint.ts';

const colours = { pass: 'green', fail: 'red', unknown: 'yellow', skip: 'cyan', error: 'red' } as const;

/** The line of a case that has ended: `[ 3/21] pass     ID-03  title  812 ms`, with the reason where it did not pass. */
export function renderCaseLine(result: CaseResult, position: { index: number; total: number }, paint: Paint): string {
  const { outcome, id, title, durationMs, reason } = result;
  const total = String(position.total);
  const number = `[${String(position.index).padStart(total.length)}/${total}]`;
  const duration = outcome === 'skip' ? '' : `  ${describeDuration(durationMs)}`;
  const because = reason === undefined ? '' : `: ${printable(reason)}`;
  return `${number} ${paint(colours[outcome], outcome.padEnd(7))} ${id}  ${title}${because}${paint('dim', duration)}`;
}
