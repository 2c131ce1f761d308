import { join } from 'node:path';
import type { FaultName } from '../faults/catalogue.ts';
import type { Testbed } from '../world/testbed.ts';
import { distributionOf, type Distribution } from './distribution.ts';
import { runTrial, type Tried } from './run-trial.ts';
import type { TrialResult } from './trial.ts';

export interface FailoverOptions {
  readonly faults: readonly FaultName[];
  readonly trials: number;
  /** The same seed gives the same phases. */
  readonly seed: number;
  readonly controlMs: number;
  readonly limitMs: number;
  readonly dir: string;
  readonly runTag: string;
  readonly signal: AbortSignal;
  readonly onTrial: (tried: Tried, position: { readonly index: number; readonly of: number }) => void;
}

export interface FaultSummary {
  readonly fault: FaultName;
  readonly trials: readonly TrialResult[];
  readonly distributions: Readonly<Record<MeasuredName, Distribution | null>>;
}

const measured = ['detectionMs', 'reassignmentMs', 'blackoutMs', 'totalOutageMs', 'stallMs'] as const;
type MeasuredName = (typeof measured)[number];

export interface FailoverOutcome {
  readonly control: TrialResult;
  readonly summaries: readonly FaultSummary[];
  readonly outcome: TrialResult['outcome'];
}

const cleanMs = 3_000;
/** A trial's phase is drawn from this much, longer than what implementations do periodically while they detect. */
const phaseMs = 1_000;
const leadMs = 1_500;

/**
 * A control in which nothing happens, and then the trials. A control that saw something bad, or probes that could not be
 * sent in time, make the whole inconclusive: the machine is too busy to tell an outage from itself.
 */
export async function runFailover(testbed: Testbed, options: FailoverOptions): Promise<FailoverOutcome> {
  const { signal, limitMs } = options;
  const random = randomFrom(options.seed);
  let number = 0;
  const trial = (fault: FaultName | null, lead: number): Promise<Tried> => {
    const name = `fo-${options.runTag}-${(number += 1)}`;
    const dir = join(options.dir, fault === null ? 'control' : fault.replace('/', '-'), String(number));
    return runTrial(testbed, { fault, name, dir, leadMs: lead, cleanMs, limitMs, signal });
  };
  const control = await trial(null, options.controlMs);
  const isCalm =
    control.result.outcome === 'pass' &&
    control.result.pods.every(({ outages }) => outages.tcp.bad + outages.udp.bad === 0);
  options.onTrial(control, { index: 0, of: options.trials });
  if (!isCalm)
    return { control: control.result, summaries: [], outcome: control.result.leaks > 0 ? 'fail' : 'inconclusive' };
  const summaries: FaultSummary[] = [];
  for (const fault of options.faults) {
    const trials: TrialResult[] = [];
    for (let index = 1; index <= options.trials && !signal.aborted; index += 1) {
      const tried = await trial(fault, leadMs + random() * phaseMs);
      trials.push(tried.result);
      options.onTrial(tried, { index, of: options.trials });
    }
    const distributions = Object.fromEntries(
      measured.map((name) => [name, distributionOf(trials.flatMap((one) => one[name] ?? []))]),
    ) as unknown as FaultSummary['distributions'];
    summaries.push({ fault, trials, distributions });
  }
  const outcomes = summaries.flatMap(({ trials }) => trials.map(({ outcome }) => outcome));
  const outcome = outcomes.includes('fail') ? 'fail' : outcomes.includes('inconclusive') ? 'inconclusive' : 'pass';
  return { control: control.result, summaries, outcome };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator (Numerical Recipes' constants). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
