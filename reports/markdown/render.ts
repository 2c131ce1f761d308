import type { CaseResult, RunResult } from '../model/run-result.ts';
import { statisticsOf } from '../model/verdict.ts';
import { describeDuration } from '../text/duration.ts';
import { describeFailure } from '../text/failure.ts';
import { featureTable } from '../text/features.ts';
import { measuredTable } from '../text/measured.ts';
import { printable } from '../text/printable.ts';
import { verdictSentences } from '../text/verdict.ts';

/** Of the lines about one case; GitHub cuts comments at 65,536 characters. */
const shownLines = 30;

/** A comment for a pull request, or the summary of a CI job (GitHub's flavour of Markdown). */
export function renderMarkdown(result: RunResult): string {
  const { run, implementation, cases, limitations } = result;
  const open = cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skip');
  return [
    `## ${cell(implementation.name)} ${cell(implementation.version)}: ${result.result}`,
    '',
    `${verdictSentences[result.result]}; ${run.provider}, ${run.topology}, ${describeDuration(run.durationMs)}, seed ${run.seed}.`,
    ...(run.setUpFailure === undefined ? [] : ['', `The testbed failed: ${cell(run.setUpFailure)}`]),
    '',
    ...table(['level', 'passed', 'failed', 'no verdict', 'skipped'], levelRows(cases)),
    ...open.flatMap((one) => ['', ...renderFailure(one)]),
    ...section('Features', ['profile', 'status', 'features'], featureTable(result)),
    ...section('Measured', ['what', 'values'], measuredTable(cases)),
    ...(limitations.length === 0 ? [] : ['', ...limitations.map((limitation) => `> Limitation: ${cell(limitation)}.`)]),
    '',
  ].join('\n');
}

function levelRows(cases: readonly CaseResult[]): string[][] {
  return [...Map.groupBy(cases, ({ level }) => level)].map(([level, members]) => {
    const { passed, failed, unknown, error, skipped } = statisticsOf(members);
    return [level, passed, failed, unknown + error, skipped].map(String);
  });
}

function renderFailure(one: CaseResult): string[] {
  const lines = describeFailure(one).map(printable);
  const left = lines.length - shownLines;
  return [
    `<details open><summary><b>${one.outcome}</b> ${text(one.id)}: ${text(one.title)}</summary>`,
    '',
    ...lines.slice(0, shownLines).map((line) => `    ${line}`),
    ...(left > 0 ? [`    and ${left} more lines`] : []),
    '',
    `Repeat: \`${one.repeat}\``,
    '</details>',
  ];
}

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return ['', `<details><summary>${title}</summary>`, '', ...table(heads, rows), '', '</details>'];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

/** Neither ends a cell nor becomes markup. */
function cell(value: string): string {
  return text(value)
    .replaceAll(/[|\\`*_[\]]/g, String.raw`\$&`)
    .replaceAll(/\s+/g, ' ');
}

const text = (value: string): string => printable(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
