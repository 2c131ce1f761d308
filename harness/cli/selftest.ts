import { resolve } from 'node:path';
import { bundled } from '../adapter/bundled.ts';
import { standIn } from '../adapter/stand-in.ts';
import { decide } from '../case/requirement.ts';
import { defects, isDefect, type DefectName } from '../defects/names.ts';
import { textTable } from '../demo/text-table.ts';
import { loadCases } from '../runner/load-cases.ts';
import {
  planMutants,
  runMutants,
  summarizeMutants,
  type MutantOptions,
  type MutantSummary,
  type Trial,
} from '../runner/mutants.ts';
import { newRunId } from '../runner/run-facts.ts';
import { selectCases } from '../runner/select-cases.ts';
import type { EgressCase } from '../case/define-case.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { prepareMachine } from './machine.ts';
import { providerFrom } from './settings.ts';
import { didYouMean } from './suggest.ts';

/** Two processors carry two embedded clusters; those of kind are two already for one. */
const clustersAtOnce = { netns: 2, kind: 1, existing: 1 } as const;

/** Runs cases against the defects that they say they find, and without any; each must come out as it should. */
export async function selftest(context: CommandContext): Promise<number> {
  const { settings, flags, signal, note, print } = context;
  if (settings.provider === 'existing')
    throw new UsageError('defects are seeded into clusters of our own only: use --provider netns or kind');
  const { cases, wanted } = await chosen(context);
  await prepareMachine(context);
  const options = {
    provider: providerFrom(settings),
    stateDir: resolve(settings.stateDir),
    runId: newRunId().toLowerCase(),
    clusters: clustersAtOnce[settings.provider],
    signal,
    progress: note,
    onTrial: (trial) => print(lineOf(trial)),
    onCheck: ({ outcome, name, message }, defect) => {
      if (flags['verbose'] === true) note(`    ${defect ?? 'no defect'}: ${outcome} ${name}: ${message}`);
    },
  } satisfies Omit<MutantOptions, 'adapter' | 'concurrency'>;
  // What the bundled implementation does not claim is seen with a stand-in.
  const adapters = Map.groupBy(cases, (definition) => (decide(definition, bundled).run ? bundled : standIn));
  const trials: Trial[] = [];
  for (const [adapter, members] of adapters) {
    // What the stand-in excepts it excepts for the policies of all cases.
    const concurrency = adapter === standIn ? 1 : (settings.concurrency ?? 3);
    trials.push(...(await runMutants(planMutants(members, wanted), { ...options, adapter, concurrency })));
  }
  const summary = summarizeMutants(trials, wanted);
  for (const line of linesOf(summary)) print(line);
  return summary.failed === 0 && summary.uncaught.length === 0 ? exitCodes.passed : exitCodes.failed;
}

const words = { right: 'ok     ', wrong: 'MISSED ', skipped: 'skipped' } as const;

function lineOf({ defect, id, verdict, outcome, why }: Trial): string {
  const word = verdict === 'wrong' && defect === null ? 'FAILED ' : words[verdict];
  return `${word}  ${id}  ${defect ?? 'no defect'}: ${outcome}${why === '' ? '' : ` (${why})`}`;
}

function linesOf({ rows, falseAlarms, uncaught, passed, failed, skipped }: MutantSummary): string[] {
  const cell = (ids: readonly string[]): string => ids.join(' ') || '-';
  const cells = rows.map((row) => [row.defect, cell(row.caughtBy), cell(row.missedBy), cell(row.skipped)]);
  return [
    '',
    ...textTable(['defect', 'caught by', 'missed by', 'skipped'], cells),
    '',
    ...(falseAlarms.length === 0 ? [] : [`not passed without a defect: ${falseAlarms.join(', ')}`]),
    ...(uncaught.length === 0 ? [] : [`caught by no case: ${uncaught.join(', ')}`]),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}

/** The cases, and the defects that they are run against: those that were named, or all that one of the cases names. */
async function chosen({ args, flags }: CommandContext): Promise<{ cases: EgressCase[]; wanted: DefectName[] }> {
  const names = Array.isArray(flags['defect']) ? flags['defect'].map(String) : [];
  const wrong = names.find((name) => !isDefect(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `there is no defect ${wrong}${didYouMean(wrong, Object.keys(defects))}; "egressproof list defects" names them`,
    );
  }
  const patterns = Array.isArray(flags['case']) ? flags['case'].map(String) : [];
  const isEverything = args.length === 0 && patterns.length === 0;
  const matching = selectCases(await loadCases(), { ids: args, patterns, features: [] })
    .map(({ definition }) => definition)
    .filter(({ catches }) => catches.length > 0);
  if (matching.length === 0)
    throw new UsageError('no case that names a defect matches; "egressproof list" names the cases');
  const isNamed = (defect: DefectName): boolean =>
    names.length > 0
      ? names.includes(defect)
      : isEverything || matching.some(({ catches }) => catches.includes(defect));
  const wanted = Object.keys(defects).filter(isDefect).filter(isNamed);
  const cases =
    names.length === 0 ? matching : matching.filter(({ catches }) => catches.some((one) => wanted.includes(one)));
  return { cases, wanted };
}
