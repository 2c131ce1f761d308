import { statisticsOf } from '../model/verdict.ts';
import { describeDuration } from '../text/duration.ts';
import { describeFailure } from '../text/failure.ts';
import { featureTable } from '../text/features.ts';
import { measuredTable } from '../text/measured.ts';
import { printable } from '../text/printable.ts';
import { alignColumns } from '../text/table.ts';
import { verdictSentences } from '../text/verdict.ts';
import type { CaseResult, RunResult } from '../model/run-result.ts';
import type { Paint } from './paint.ts';

const colours = { success: 'green', partial: 'yellow', failure: 'red', inconclusive: 'yellow' } as const;

/**
 * The end of a run: what did not pass and how to repeat it, what of the features is proven, what was declared and
 * measured, what the run cannot show, and as its last line
 * `N passed, N failed, N skipped`, where what ended without a verdict (unknown, error,
 * a failed set-up) counts as failed and is named before.
 */
export function renderSummary(result: RunResult, runFolder: string, paint: Paint): string {
  const { run, cases, limitations, implementation } = result;
  const verdict = paint(['bold', colours[result.result]], verdictSentences[result.result]);
  const open = cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip');
  const where = `${implementation.name} ${implementation.version} on ${run.provider}/${run.topology}`;
  return [
    ...(run.setUpFailure === undefined ? [] : ['', `${paint('red', 'set-up')}  ${printable(run.setUpFailure)}`]),
    ...open.flatMap((each) => ['', ...renderFailure(each, runFolder, paint)]),
    ...renderSection('levels', levelTable(cases), paint),
    ...renderSection('features', featureTable(result), paint),
    ...renderSection('declared', run.complete ? declaredTable(result) : [], paint),
    ...renderSection('measured', measuredTable(cases), paint),
    '',
    ...limitations.map((limitation) => paint('dim', `limitation: ${limitation}`)),
    `results: ${runFolder}`,
    `${verdict} (${where}, ${describeDuration(run.durationMs)}, seed ${run.seed})`,
    ...renderWithoutVerdict(result),
    renderCounts(result),
    '',
  ].join('\n');
}

function renderSection(title: string, rows: readonly (readonly string[])[], paint: Paint): string[] {
  return rows.length === 0
    ? []
    : ['', paint('bold', title), ...alignColumns(rows).map((line) => `  ${printable(line)}`)];
}

function declaredTable({ implementation: { declared } }: RunResult): string[][] {
  return Object.entries(declared).map(([name, value]) => [name, String(value)]);
}

/** How the cases of each level ended: `core  35 passed, 1 failed`. */
function levelTable(cases: readonly CaseResult[]): string[][] {
  return [...Map.groupBy(cases, ({ level }) => level)].map(([level, members]) => {
    const counts = Object.entries(statisticsOf(members)).filter(([, count]) => count > 0);
    return [level, counts.map(([outcome, count]) => `${count} ${outcome}`).join(', ')];
  });
}

function renderCounts({ run, statistics }: RunResult): string {
  const { passed, failed, unknown, error, skipped } = statistics;
  const setUp = run.setUpFailure === undefined ? 0 : 1;
  return `${passed} passed, ${failed + unknown + error + setUp} failed, ${skipped} skipped`;
}

function renderWithoutVerdict({ run, statistics: { unknown, error } }: RunResult): string[] {
  const setUp = run.setUpFailure === undefined ? [] : ['the set-up of the testbed'];
  const parts = [
    ...setUp,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
    ...(error > 0 ? [`${error} not run to the end`] : []),
  ];
  return parts.length === 0 ? [] : [`without a verdict, counted as failed: ${parts.join(', ')}`];
}

function renderFailure(result: CaseResult, runFolder: string, paint: Paint): string[] {
  const { id, title, outcome, evidence, repeat } = result;
  const colour = outcome === 'unknown' ? 'yellow' : 'red';
  return [
    `${paint(['bold', colour], outcome)}  ${id}  ${title}`,
    ...describeFailure(result).map((line) => `  ${printable(line)}`),
    ...(evidence === undefined ? [] : [`  evidence: ${runFolder}/${evidence}`]),
    `  repeat:   ${repeat}`,
  ];
}
