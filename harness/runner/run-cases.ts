import type { CaseResult } from '../../reports/model/run-result.ts';
import type { EgressCase } from '../case/define-case.ts';
import type { Testbed } from '../world/testbed.ts';
import { runCase, type CaseRunOptions } from './run-case.ts';

export interface RunCasesOptions extends Omit<CaseRunOptions, 'repeatCommand' | 'parameters'> {
  readonly repeatCommand: (id: string) => string;
  /** Numbers of cases that are not to be their defaults, by the id of the case. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How often each case is run; its result is the worst of them. */
  readonly repeat: number;
  readonly failFast: boolean;
  /** Cases at a time; those that need the cluster to themselves run alone. */
  readonly concurrency: number;
  readonly onResult: (result: CaseResult) => void;
}

/** Runs the cases on one testbed. The results are in the order of the cases; those not reached are left out. */
export async function runCases(
  testbed: Testbed,
  cases: readonly EgressCase[],
  options: RunCasesOptions,
): Promise<CaseResult[]> {
  const results = new Map<string, CaseResult>();
  let stopped = false;
  const runOne = async (definition: EgressCase): Promise<void> => {
    if (stopped || options.signal.aborted) return;
    const result = await repeatCase(testbed, definition, options);
    results.set(definition.id, result);
    options.onResult(result);
    if ((options.failFast || options.keepFailed === true) && result.outcome !== 'pass') stopped = true;
  };
  const shared = cases.filter(({ exclusive }) => exclusive !== true).values();
  const worker = async (): Promise<void> => {
    for (const definition of shared) await runOne(definition);
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  for (const definition of cases) if (definition.exclusive === true) await runOne(definition);
  return cases.flatMap(({ id }) => results.get(id) ?? []);
}

async function repeatCase(testbed: Testbed, definition: EgressCase, options: RunCasesOptions): Promise<CaseResult> {
  let worst: CaseResult | undefined;
  let durationMs = 0;
  for (let attempt = 1; attempt <= options.repeat && !options.signal.aborted; attempt += 1) {
    const runTag = `${options.runTag}${attempt === 1 ? '' : attempt}`;
    const repeatCommand = options.repeatCommand(definition.id);
    const parameters = options.parameters?.[definition.id];
    const result = await runCase(testbed, definition, { ...options, runTag, repeatCommand, parameters });
    durationMs += result.durationMs;
    // Of those that ended alike the last, whose evidence is in the folder.
    if (worst === undefined || severity[result.outcome] >= severity[worst.outcome]) worst = result;
    worst = { ...worst, attempts: attempt, durationMs };
    if (result.outcome !== 'pass') break;
  }
  if (worst === undefined) throw new Error(`case ${definition.id} was not run`);
  return worst;
}

const severity = { pass: 0, skip: 1, unknown: 2, error: 3, fail: 4 } as const;
