import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomically } from '../../reports/atomic-file.ts';
import { apiVersion } from '../../reports/model/run-result.ts';
import { alignColumns } from '../../reports/text/table.ts';
import { bundled } from '../adapter/bundled.ts';
import { faults, isFault, type FaultName } from '../faults/catalogue.ts';
import { runFailover, type FailoverOutcome } from '../failover/run-failover.ts';
import type { Tried } from '../failover/run-trial.ts';
import { clusterFacts, environmentFacts, netnsLimitations, newRunId } from '../runner/run-facts.ts';
import { connectTo, provision } from '../runner/provision.ts';
import { openTestbed } from '../world/testbed.ts';
import type { CommandContext } from './context.ts';
import { exitCodes, TestbedError, UsageError } from './exit-codes.ts';
import { startHeartbeat } from './heartbeat.ts';
import { prepareMachine } from './machine.ts';
import { providerFrom } from './settings.ts';
import { didYouMean } from './suggest.ts';
import { wholeNumber } from './whole-number.ts';

/** Strikes the egress node again and again under traffic, and tells what users saw of it. */
export async function failover(context: CommandContext): Promise<number> {
  const { settings, flags, signal, print, note } = context;
  const chosen = faultsFrom(flags['fault']);
  const number = (name: string, fallback: number): number =>
    flags[name] === undefined ? fallback : wholeNumber(`--${name}`, flags[name]);
  const [trials, controlS, limitS] = [number('trials', 3), number('control', 60), number('limit', 120)];
  await prepareMachine(context);
  const runId = newRunId();
  const dir = join(resolve(settings.stateDir), 'runs', runId, 'failover');
  await mkdir(dir, { recursive: true });
  using heartbeat = startHeartbeat(note);
  const cluster = await provision({
    provider: providerFrom(settings),
    name: `failover-${runId.toLowerCase()}`,
    topology: 'egress',
    stateDir: settings.stateDir,
    lifetime: 'caller',
    signal,
    progress: (step) => heartbeat.step(step),
  }).catch((error: unknown) => {
    throw new TestbedError(error instanceof Error ? error.message : String(error), { cause: error });
  });
  const startedAt = new Date();
  try {
    await using undo = new AsyncDisposableStack();
    const kube = await connectTo(cluster);
    undo.defer(() => kube.close());
    await using testbed = await openTestbed(cluster, kube, bundled, signal);
    let worst: Tried | undefined;
    const outcome = await runFailover(testbed, {
      faults: chosen,
      trials,
      seed: settings.seed,
      controlMs: controlS * 1_000,
      limitMs: limitS * 1_000,
      dir,
      runTag: runId.slice(-4).toLowerCase(),
      signal,
      onTrial: (tried, { index, of }) => {
        print(lineOf(tried, index, of));
        if (index > 0 && tried.result.blackoutMs >= (worst?.result.blackoutMs ?? 0)) worst = tried;
      },
    });
    for (const line of summaryOf(outcome, worst)) print(line);
    const facts = {
      apiVersion,
      kind: 'FailoverResult',
      run: {
        id: runId,
        startedAt: startedAt.toISOString(),
        command: context.commandLine,
        seed: settings.seed,
        provider: cluster.provider,
      },
      implementation: { name: bundled.name, version: await bundled.version() },
      environment: environmentFacts({}),
      cluster: clusterFacts(cluster),
      ...outcome,
      limitations: netnsLimitations,
    };
    await writeFileAtomically(join(dir, 'failover.json'), `${JSON.stringify(facts, null, 2)}\n`);
    print(`results: ${dir}`);
    return { pass: exitCodes.passed, fail: exitCodes.failed, inconclusive: exitCodes.inconclusive }[outcome.outcome];
  } finally {
    await cluster.down();
  }
}

function lineOf({ result }: Tried, index: number, of: number): string {
  const {
    fault,
    node,
    blackoutMs,
    totalOutageMs,
    detectionMs,
    reassignmentMs,
    leaks,
    wrongSources,
    established,
    stallMs,
  } = result;
  const told = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} ms`);
  const head = index === 0 ? 'control' : `${fault} ${index}/${of}`;
  const parts = [
    `new connections out for ${told(blackoutMs)}`,
    `datagrams ${told(totalOutageMs)}`,
    `named ${told(detectionMs)}`,
    `moved ${told(reassignmentMs)}`,
    `leaks ${leaks + wrongSources}`,
    `open connections ${established.survived} survived, ${established.reset} reset, ${established.stalled} stalled, longest stall ${told(stallMs)}`,
  ];
  return `${head}  ${node}  ${result.outcome}: ${parts.join('; ')}${result.reasons.map((reason) => `\n    ${reason}`).join('')}`;
}

function summaryOf({ control, summaries, outcome }: FailoverOutcome, worst: Tried | undefined): string[] {
  const rows = summaries.flatMap(({ fault, distributions }) =>
    Object.entries(distributions).flatMap(([name, of]) =>
      of === null
        ? []
        : [
            [
              fault,
              name,
              ...[of.count, of.min, of.p50, of.p90, of.p99, of.max].map((value) => String(Math.round(value))),
            ],
          ],
    ),
  );
  const calm =
    summaries.length > 0 || outcome === 'fail'
      ? []
      : [
          `the machine is not calm enough: ${control.reasons.join('; ') || 'something was bad although nothing was done'}`,
        ];
  return [
    '',
    ...(rows.length === 0
      ? []
      : alignColumns([['fault', 'measured', 'trials', 'min', 'p50', 'p90', 'p99', 'max'], ...rows])),
    ...(worst === undefined ? [] : ['', `the worst trial, ${worst.result.fault}:`, ...worst.timeline]),
    '',
    ...calm,
    `failover: ${outcome}`,
  ];
}

/** With or without their version. */
function faultsFrom(given: unknown): FaultName[] {
  const names = Object.keys(faults);
  const wanted = Array.isArray(given) ? given.map(String) : ['power-cut', 'unplug', 'graceful-stop'];
  return wanted.map((name) => {
    const full = names.find((one) => one === name || one.startsWith(`${name}/`)) ?? name;
    if (!isFault(full))
      throw new UsageError(`there is no fault ${name}${didYouMean(name, names)}; "egressproof list faults" names them`);
    return full;
  });
}
