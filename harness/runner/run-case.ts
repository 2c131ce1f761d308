import { unlessAborted } from './unless-aborted.ts';
import { join } from 'node:path';
import type { CaseResult, Flow } from '../../reports/model/run-result.ts';
import { outcomeOf } from '../../reports/model/verdict.ts';
import type { EgressCase } from '../case/define-case.ts';
import { both } from '../check/address.ts';
import { failed, type CheckResult } from '../check/violations.ts';
import { flowsOf } from '../check/flows.ts';
import { leakFree } from '../check/wire.ts';
import type { PodFacts } from '../history/events.ts';
import { Recorder } from '../history/recorder.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { nowUs } from '../traffic/protocol.ts';
import { CaseLog, CaseStopped } from '../world/case-log.ts';
import type { Testbed } from '../world/testbed.ts';
import { World } from '../world/world.ts';
import { collectDiagnostics } from './diagnostics.ts';

export interface CaseRunOptions {
  /** The folder of the run; the case writes into `cases/<id>` of it. Absent: nothing is written. */
  readonly runDir?: string;
  /** Unique among the runs on this cluster, a few letters and digits. */
  readonly runTag: string;
  readonly repeatCommand: string;
  /** Numbers of the case that are not to be their defaults. */
  readonly parameters?: Readonly<Record<string, number>> | undefined;
  /** What a case that did not pass has made is left for somebody to look at. */
  readonly keepFailed?: boolean;
  /** The first check that fails ends the case: nothing more is wanted of it. */
  readonly untilFailure?: boolean;
  readonly signal: AbortSignal;
  readonly onCheck?: (check: CheckResult) => void;
}

/** Runs one case on a testbed, judges it and takes everything back. Never throws: what goes wrong is in the result. */
export async function runCase(testbed: Testbed, definition: EgressCase, options: CaseRunOptions): Promise<CaseResult> {
  const startedAt = new Date().toISOString();
  const startUs = nowUs();
  const facts = {
    id: definition.id,
    title: definition.title,
    level: definition.level,
    features: [...definition.features],
    startedAt,
    repeat: options.repeatCommand,
  };
  const evidence = join('cases', definition.id);
  const dir = options.runDir === undefined ? undefined : join(options.runDir, evidence);
  const { checks, flows, problem } = await attempt(testbed, definition, options, dir);
  const outcome = problem === undefined || outcomeOf(checks) === 'fail' ? outcomeOf(checks) : 'error';
  const reason = problem ?? checks.find((check) => check.outcome === 'unknown')?.message;
  return {
    ...facts,
    claimed: true,
    outcome,
    ...(reason === undefined || outcome === 'pass' ? {} : { reason }),
    durationMs: Math.round((nowUs() - startUs) / 1000),
    attempts: 1,
    checks,
    topology: testbed.cluster.topology.name,
    ...(flows.length === 0 ? {} : { flows }),
    ...(dir === undefined ? {} : { evidence }),
  };
}

/** What was concluded, and what kept the case from being run to its end or from being cleaned up. */
async function attempt(
  testbed: Testbed,
  definition: EgressCase,
  options: CaseRunOptions,
  dir: string | undefined,
): Promise<{ checks: CheckResult[]; flows: Flow[]; problem?: string }> {
  const problems: string[] = [];
  const note = (error: unknown): void => void problems.push(error instanceof Error ? describe(error) : String(error));
  const recorder = await Recorder.open(dir === undefined ? undefined : join(dir, 'history.jsonl'));
  const log = new CaseLog(recorder, options.onCheck ?? (() => undefined));
  const parameters = { ...defaultsOf(definition), ...options.parameters };
  const world = new World(testbed, log, `${definition.id.toLowerCase()}-${options.runTag}`, parameters);
  log.endsAtFailure = options.untilFailure === true;
  const stopCapture = testbed.wire.onPacket((packet) => {
    if (isOurs(packet, world)) recorder.record({ type: 'packet', ...packet });
  });
  const lostBefore = await testbed.wire.fence().catch(note);
  try {
    await unlessAborted(
      options.signal,
      world.prepare(definition.given).then(() => definition.checks(world)),
    );
    if (log.checks.length < definition.plan && outcomeOf(log.checks) !== 'fail') {
      log.conclude(
        failed('every planned check was made', `${log.checks.length} of ${definition.plan} checks were made`, []),
      );
    }
  } catch (error) {
    if (!(error instanceof CaseStopped)) note(error);
  }
  log.endsAtFailure = false;
  await testbed.wire.fence().then((lost) => concludeLeaks(testbed, world, lost - (lostBefore ?? 0)), note);
  stopCapture();
  const isBad = problems.length > 0 || outcomeOf(log.checks) !== 'pass';
  if (dir !== undefined && isBad) {
    await collectDiagnostics(testbed, dir).catch(note);
  }
  if (!(isBad && options.keepFailed === true)) await world[Symbol.asyncDispose]().catch(note);
  await recorder[Symbol.asyncDispose]().catch(note);
  const [samples, packets] = [recorder.of('sample'), recorder.of('packet')];
  const flows = flowsOf({
    samples,
    packets,
    startUs: log.startUs,
    nodeOf: (mac) => testbed.nodeOf(mac),
    ownerOf: (address) => testbed.ownerOf(address),
  });
  return { checks: log.checks, flows, ...(problems.length === 0 ? {} : { problem: problems.join('; ') }) };
}

function concludeLeaks(testbed: Testbed, world: World, dropped: number): void {
  const { topology, nodes } = testbed.cluster;
  const { log } = world;
  log.recorder.record({ type: 'fence', atUs: nowUs(), dropped });
  world.check('nothing leaks onto the outside wire', (context) =>
    leakFree(
      {
        packets: log.recorder.of('packet'),
        dropped,
        pods: world.everyPod,
        windows: log.windows,
        podCIDRs: both(topology.podCIDR, topology.podCIDR6),
        nodeAddresses: nodes.flatMap(({ address, address6 }) => both(address, address6)),
        outsideCIDRs: both(topology.outside.cidr, topology.outside.cidr6),
        excepted: log.excepted,
        answered: log.answeredByWitness,
      },
      context,
    ),
  );
}

function defaultsOf({ parameters = {} }: EgressCase): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { default: value }]) => [name, value]));
}

function isOurs({ src, dst, dport }: PacketEvent, { namespaces: { ports, everyPod } }: World): boolean {
  const isOf = ({ ip, ip6, hostNetwork }: PodFacts): boolean =>
    !hostNetwork && both(ip, ip6).some((own) => own === src || own === dst);
  return (dport !== undefined && ports.has(dport)) || everyPod.some(({ pod }) => isOf(pod));
}

function describe(error: Error): string {
  if (error instanceof SuppressedError)
    return `${describe(error.error)}; and while cleaning up: ${describe(error.suppressed)}`;
  return error.message;
}
