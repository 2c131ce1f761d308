import { caveatsOf, compareRuns } from '../../reports/compare/compare.ts';
import { alignColumns } from '../../reports/text/table.ts';
import { printable } from '../../reports/text/printable.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { readRun } from './report.ts';

/** What differs between two runs; a regression is an error where that is asked for. */
export async function compare({ args, flags, print, note }: CommandContext): Promise<number> {
  const [first, second] = args;
  if (first === undefined || second === undefined)
    throw new UsageError('compare needs two runs: the one before and the one after, each by its folder or report.json');
  const [{ result: before }, { result: after }] = [await readRun(first), await readRun(second)];
  for (const caveat of caveatsOf(before, after)) note(`not alike: ${caveat}`);
  const found = compareRuns(before, after);
  if (flags['output'] === 'json') print(JSON.stringify(found, null, 2));
  else {
    const rows = found.map(({ kind, about, before: was, after: is, reason = '' }) => [kind, about, was, is, reason]);
    for (const line of alignColumns(rows)) print(printable(line));
    const count = (kind: string): number => found.filter((one) => one.kind === kind).length;
    print(`${count('worse')} worse, ${count('better')} better, ${count('other')} otherwise different`);
  }
  const isWorse = found.some(({ kind }) => kind === 'worse');
  return isWorse && flags['failOn'] === 'regression' ? exitCodes.failed : exitCodes.passed;
}
