import { fileURLToPath } from 'node:url';
import type { ClusterProvider } from '../../clusters/cluster.ts';
import type { CaseResult } from '../../reports/model/run-result.ts';
import type { Adapter } from '../adapter/adapter.ts';
import type { EgressCase, TopologyName } from '../case/define-case.ts';
import { decide } from '../case/requirement.ts';
import type { CheckResult } from '../check/violations.ts';
import { hitOnlySome, type DefectName } from '../defects/names.ts';
import { outsideDefects } from '../defects/outside-defects.ts';
import { openTestbed } from '../world/testbed.ts';
import { connectTo, provision } from './provision.ts';
import { runCases, type RunCasesOptions } from './run-cases.ts';

/** The implementation with a defect, or without any, and the cases that are run against it, on a cluster of its own. */
export interface MutantRun {
  readonly defect: DefectName | null;
  readonly topology: TopologyName;
  readonly cases: readonly EgressCase[];
}

/** One case against one defect, or against none. */
export interface Trial {
  readonly defect: DefectName | null;
  readonly id: string;
  /** `right`: it failed because of the defect, or passed without one. */
  readonly verdict: 'right' | 'wrong' | 'skipped';
  readonly outcome: CaseResult['outcome'];
  /** The check that failed, or what kept it from being run or judged. */
  readonly why: string;
}

/** The cases without any defect first, then each defect with the cases that name it. */
export function planMutants(cases: readonly EgressCase[], defects: readonly DefectName[]): MutantRun[] {
  return [null, ...defects].flatMap((defect) => {
    const concerned = cases.filter(({ catches }) => defect === null || catches.includes(defect));
    const groups = Map.groupBy(concerned, ({ topology }) => topology);
    return [...groups].map(([topology, members]) => ({ defect, topology, cases: members }));
  });
}

export interface MutantOptions extends Pick<RunCasesOptions, 'signal' | 'concurrency'> {
  readonly provider: ClusterProvider;
  readonly adapter: Adapter;
  readonly stateDir: string;
  /** Unique among the runs of this machine, for the names of clusters. */
  readonly runId: string;
  /** Clusters at a time. */
  readonly clusters: number;
  readonly progress: (step: string) => void;
  readonly onTrial: (trial: Trial) => void;
  readonly onCheck: (check: CheckResult, defect: DefectName | null) => void;
}

/** Runs them all. Each defect has a new cluster, so that nothing that an earlier one has broken is found in its place. */
export async function runMutants(runs: readonly MutantRun[], options: MutantOptions): Promise<Trial[]> {
  const trials: Trial[] = [];
  const onTrial = (trial: Trial): void => {
    trials.push(trial);
    options.onTrial(trial);
  };
  const queue = runs.entries();
  const lane = async (): Promise<void> => {
    for (const [index, run] of queue) {
      if (options.signal.aborted) return;
      await runMutant(run, `mutant-${index}-${options.runId}`, { ...options, onTrial });
    }
  };
  await Promise.all(Array.from({ length: options.clusters }, lane));
  return trials;
}

const agentMain = fileURLToPath(new URL('../defects/agent-main.ts', import.meta.url));

async function runMutant({ defect, topology, cases }: MutantRun, name: string, options: MutantOptions): Promise<void> {
  const { provider, adapter, stateDir, signal } = options;
  const outside = defect === null ? undefined : outsideDefects[defect];
  const inside = outside === undefined ? (defect ?? 'none') : 'none';
  const agentCommand = [process.execPath, agentMain, '--defect', inside];
  const cluster = await provision({ provider, name, topology, stateDir, lifetime: 'caller', signal, agentCommand });
  try {
    const place = { cluster, mayDisturb: true };
    const runnable = cases.filter((definition) => {
      const decision = decide(definition, adapter, place);
      if (!decision.run)
        options.onTrial({ defect, id: definition.id, verdict: 'skipped', outcome: 'skip', why: decision.reason });
      return decision.run;
    });
    if (runnable.length === 0) return;
    options.progress(`${defect ?? 'no defect'}: ${runnable.map(({ id }) => id).join(', ')}`);
    const kube = await connectTo(cluster);
    try {
      await using testbed = await openTestbed(cluster, kube, adapter, signal);
      await using _broken = await outside?.(testbed.context);
      await runCases(testbed, runnable, {
        signal,
        onCheck: (check) => options.onCheck(check, defect),
        runTag: options.runId.slice(-4),
        repeat: 1,
        failFast: false,
        untilFailure: defect !== null,
        concurrency: defect !== null && hitOnlySome.has(defect) ? 1 : options.concurrency,
        repeatCommand: (id) => `npx egressproof selftest ${id}${defect === null ? '' : ` --defect ${defect}`}`,
        onResult: (result) => options.onTrial(judge(defect, result)),
      });
    } finally {
      kube.close();
    }
  } finally {
    await cluster.down();
  }
}

function judge(defect: DefectName | null, { id, outcome, reason, checks }: CaseResult): Trial {
  const isRight = outcome === (defect === null ? 'pass' : 'fail');
  const failure = checks.find((check) => check.outcome === 'fail');
  const why = failure === undefined ? (reason ?? '') : isRight ? failure.name : `${failure.name}: ${failure.message}`;
  return { defect, id, verdict: isRight ? 'right' : 'wrong', outcome, why };
}

/** What a run against seeded defects has shown. */
export interface MutantSummary {
  /** Of each defect, the cases that failed because of it, those that did not, and those that could not be run. */
  readonly rows: readonly {
    readonly defect: DefectName;
    readonly caughtBy: readonly string[];
    readonly missedBy: readonly string[];
    readonly skipped: readonly string[];
  }[];
  /** Cases that did not pass without a defect. */
  readonly falseAlarms: readonly string[];
  /** Defects that no case has caught, skipped ones left out. */
  readonly uncaught: readonly DefectName[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Of each defect that was wanted; one that no case names at all is uncaught. */
export function summarizeMutants(trials: readonly Trial[], defects: readonly DefectName[]): MutantSummary {
  const ids = (of: DefectName | null, verdict: Trial['verdict']): string[] =>
    trials.filter((trial) => trial.defect === of && trial.verdict === verdict).map(({ id }) => id);
  const rows = defects.map((defect) => ({
    defect,
    caughtBy: ids(defect, 'right'),
    missedBy: ids(defect, 'wrong'),
    skipped: ids(defect, 'skipped'),
  }));
  const uncaught = rows.flatMap(({ defect, caughtBy, skipped }) =>
    caughtBy.length === 0 && skipped.length === 0 ? [defect] : [],
  );
  const count = (verdict: Trial['verdict']): number => trials.filter((trial) => trial.verdict === verdict).length;
  const unnamed = rows.filter(({ caughtBy, missedBy, skipped }) => [caughtBy, missedBy, skipped].flat().length === 0);
  return {
    rows,
    falseAlarms: ids(null, 'wrong'),
    uncaught,
    passed: count('right'),
    failed: count('wrong') + unnamed.length,
    skipped: count('skipped'),
  };
}
