import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults, type FaultName } from '../faults/catalogue.ts';
import type { Fault } from '../faults/fault.ts';
import { Recorder } from '../history/recorder.ts';
import { unlessAborted } from '../runner/unless-aborted.ts';
import { nowUs } from '../traffic/protocol.ts';
import { CaseLog } from '../world/case-log.ts';
import type { CasePod } from '../world/case-pod.ts';
import type { Testbed } from '../world/testbed.ts';
import { World } from '../world/world.ts';
import { probeKinds, startLoad, type PodLoad } from './load.ts';
import { classOf, type Expectation } from './probe-class.ts';
import { judgedOf, judgeTrial, type TrialFacts, type TrialResult } from './trial.ts';
import { renderTimeline } from './timeline.ts';

export interface TrialOptions {
  /** Null: a control, in which nothing happens. */
  readonly fault: FaultName | null;
  /** Unique on the cluster. */
  readonly name: string;
  /** The history is written here. */
  readonly dir: string;
  /** Between the start of the load and the fault: its phase against whatever the implementation does periodically. */
  readonly leadMs: number;
  /** New connections have been right for this long: it is over. */
  readonly cleanMs: number;
  /** After this without having recovered it has failed. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** A trial, and how it looked. */
export interface Tried {
  readonly result: TrialResult;
  readonly timeline: readonly string[];
}

/** How often the implementation is asked which node has the address. */
const askMs = 50;

/**
 * One trial: pods on every node send all the time, the node that has their Egress IP is struck, and it is watched until new
 * connections are right again. Then the fault is taken back, and with it everything that the trial has made.
 */
export async function runTrial(testbed: Testbed, options: TrialOptions): Promise<Tried> {
  await using recorder = await Recorder.open(join(options.dir, 'history.jsonl'));
  const log = new CaseLog(recorder, () => undefined);
  await using world = new World(testbed, log, options.name);
  using heard = hear(testbed, recorder);
  const { signal } = options;
  await unlessAborted(signal, world.prepare({ shop: { pods: { on: 'everyNode' } } }));
  const policy = await world.egress({ namespace: 'shop' });
  const address = policy.address;
  await unlessAborted(signal, world.pods('shop').eventuallyLeaveAs(address));
  const owner = await policy.owner();
  const expected: Expectation = {
    egressIP: address,
    nodeAddresses: testbed.cluster.nodes.map((node) => node.address),
  };
  const fault: Fault | null = options.fault === null ? null : faults[options.fault];
  const members = world.pods('shop').members;
  // What a pod of a node without a network sends says nothing about Egress.
  const counted = fault?.cutsOffPods === true ? members.filter(({ facts }) => facts.node !== owner) : members;
  const loads = counted.map((pod) => startLoad(pod, witnessOf(testbed, pod), log.sample('load')));
  using naming = watchOwner(async () => policy.owner().catch(() => owner), owner);
  heard.watch(address, owner);

  await sleep(options.leadMs, undefined, { signal });
  const made = options.fault === null ? null : await world.faults.make(options.fault, owner);
  const beginUs = made?.beginUs ?? nowUs();
  const begunUs = made?.begunUs ?? beginUs;
  await recovered(loads, expected, { ...options, sinceUs: begunUs });
  const stopUs = nowUs();
  await Promise.all(loads.map((load) => load.stop()));
  await testbed.wire.fence();
  await made?.end();
  const endUs = nowUs();

  const facts: TrialFacts = {
    fault: options.fault ?? 'none',
    node: owner,
    expected,
    beginUs,
    begunUs,
    endUs,
    stopUs,
    ...(naming.otherUs === undefined ? {} : { namedUs: naming.otherUs }),
    ...(heard.movedUs === undefined ? {} : { movedUs: heard.movedUs }),
    pods: loads.map(({ pod, probes, kept }) => ({
      name: pod.facts.name,
      placement: placementOf(pod, owner, testbed),
      probes,
      kept,
    })),
  };
  const tracks = loads.flatMap(({ pod, probes }) =>
    (['udp', 'tcp'] as const).map((kind) => ({
      label: `${kind} from ${pod.facts.node}`,
      probes: judgedOf(probes[kind], expected),
    })),
  );
  return { result: judgeTrial(facts), timeline: renderTimeline(tracks, { fromUs: beginUs, toUs: stopUs }) };
}

function witnessOf({ cluster }: Testbed, pod: CasePod): { name: string; host: string; port: number } {
  return { name: 'witness', host: cluster.topology.outside.witness, port: pod.witnessPort };
}

function placementOf({ facts }: CasePod, owner: string, { cluster }: Testbed): string {
  if (facts.node === owner) return 'on the egress node';
  const labels = cluster.topology.nodes.find(({ name }) => name === facts.node)?.labels;
  return labels?.['egress-gateway'] === 'true' ? 'on another candidate' : 'on a plain worker';
}

/** Resolves when new connections of every pod have been right for `cleanMs`, or after the limit. */
async function recovered(
  loads: readonly PodLoad[],
  expected: Expectation,
  { cleanMs, limitMs, signal, sinceUs }: TrialOptions & { readonly sinceUs: number },
): Promise<void> {
  const needed = Math.floor(cleanMs / probeKinds.tcp.intervalMs);
  for (;;) {
    await sleep(100, undefined, { signal });
    const passedMs = (nowUs() - sinceUs) / 1000;
    if (passedMs > limitMs) return;
    if (passedMs < cleanMs) continue;
    const isClean = loads.every(({ probes }) => {
      const last = probes.tcp.toSorted((a, b) => a.plannedUs - b.plannedUs).slice(-needed);
      const isLong = last.length === needed && (last[0]?.plannedUs ?? 0) >= sinceUs - probeKinds.tcp.intervalMs * 1000;
      return isLong && last.every((sample) => ['ok', 'probeError'].includes(classOf(sample, expected)));
    });
    if (isClean) return;
  }
}

/** When the implementation first named another node. */
function watchOwner(ask: () => Promise<string>, before: string): Disposable & { readonly otherUs: number | undefined } {
  let otherUs: number | undefined;
  let asking = false;
  const timer = setInterval(() => {
    if (asking || otherUs !== undefined) return;
    asking = true;
    void ask()
      .then((now) => {
        if (now !== before && now !== '') otherUs ??= nowUs();
      })
      .finally(() => (asking = false));
  }, askMs);
  return {
    get otherUs() {
      return otherUs;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** When the wire outside first showed the address at another node. */
function hear(
  testbed: Testbed,
  recorder: Recorder,
): Disposable & { watch(address: string, owner: string): void; readonly movedUs: number | undefined } {
  let watched: { address: string; owner: string } | undefined;
  let movedUs: number | undefined;
  const stop = testbed.wire.onPacket((packet) => {
    if (packet.src !== watched?.address || packet.from === undefined) return;
    recorder.record({ type: 'packet', ...packet });
    const node = testbed.nodeOf(packet.from);
    if (node !== undefined && node !== watched.owner) movedUs ??= packet.atUs;
  });
  return {
    watch: (address, owner) => void (watched = { address, owner }),
    get movedUs() {
      return movedUs;
    },
    [Symbol.dispose]: stop,
  };
}
