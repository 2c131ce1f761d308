import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pods as podResource, type KubeObject } from '../../agent/kube/object.ts';
import { rounded, type Dial } from '../check/pod-start.ts';
import { trafficImage } from '../traffic/programs.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { nowUs, type ProbeCommand } from '../traffic/protocol.ts';
import { openLoop } from '../traffic/schedule.ts';
import type { Namespaces } from './namespaces.ts';
import type { Testbed } from './testbed.ts';
import { sourceMaxLateMs, timeouts } from './timeouts.ts';

/**
 * How a pod dials that has had no answer yet: dense at first, since the time between two connections is in what is
 * measured; then sparse, for many pods that are held back at the same time must not take the machine's processors.
 */
const dialSeries = [
  { intervalMs: 20, count: 75 },
  { intervalMs: 250, count: undefined },
] as const;

/** Pods at a time: what a second brings. Where starting them takes longer they begin late, and the rate tells. */
const mostAlive = 20;

/** A connection whose first packet was held back is of no use any more. */
const dialTimeoutMs = 900;

export interface DialWish {
  /** As the case calls it. */
  readonly namespace: string;
  readonly node: string;
}

export interface DialRun {
  readonly dials: readonly Dial[];
  /** What the wire outside showed of them. */
  readonly packets: readonly PacketEvent[];
  /** Packets that the capture has lost meanwhile. */
  readonly dropped: number;
  readonly measured: {
    /** How fast the API had accepted them. */
    readonly achievedPerSecond: number;
    /** How late this process itself was, 99 of 100 times: no time of the run is better known than that. */
    readonly harnessLateP99Ms: number;
  };
}

interface DialPlan {
  readonly wishes: readonly DialWish[];
  readonly perSecond: number;
  readonly witness: string;
}

/**
 * Starts pods on an absolute schedule. The command of each dials the witness from its first moment on
 * (see `dialSeries`) until it is answered; then the pod is deleted, so that its address soon goes to another one.
 */
export async function dialAtStart(testbed: Testbed, namespaces: Namespaces, plan: DialPlan): Promise<DialRun> {
  const ports = await namespaces.openPorts(plan.wishes.length);
  const open = new Map(plan.wishes.map((wish, index) => [ports[index] ?? 0, begin(testbed, namespaces, wish, index)]));
  const byName = new Map([...open.values()].map((one) => [`${one.pod.namespace}/${one.pod.name}`, one]));
  const packets: PacketEvent[] = [];
  using stops = new DisposableStack();
  const lostBefore = await testbed.wire.fence();
  stops.defer(
    testbed.wire.onPacket((packet) => {
      if (packet.dport !== undefined && open.has(packet.dport)) packets.push(packet);
    }),
  );
  stops.defer(
    testbed.podCache.onChange(({ object: { metadata, status } }) => {
      const one = byName.get(`${metadata.namespace}/${metadata.name}`);
      if (one === undefined || one.addressKnownUs !== undefined || !status?.podIP) return;
      one.addressKnownUs = nowUs();
      one.pod = { ...one.pod, ip: status.podIP };
    }),
  );
  stops.defer(
    testbed.witness.onRequest(new Set(ports), (request) => {
      const one = open.get(request.port);
      one?.arrivals.push({ source: request.address, atUs: request.atUs });
      one?.answered.resolve();
    }),
  );
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  const image = testbed.cluster.image(trafficImage);
  const { context } = testbed;
  const turns = new Turns(mostAlive);
  await openLoop(
    { count: plan.wishes.length, intervalMs: 1_000 / plan.perSecond, maxLateMs: Number.POSITIVE_INFINITY },
    async ({ seq }) => {
      const port = ports[seq] ?? 0;
      const one = open.get(port);
      if (one === undefined) return;
      const { namespace, name, node } = one.pod;
      await turns.take();
      await testbed.kube.create(podResource, podManifest(namespace, name, node, image, dialCommands(name, plan, port)));
      one.createdUs = nowUs();
      await within(one.answered.promise, timeouts.podReady, context.signal);
      one.answered.resolve();
      turns.giveBack();
      await testbed.kube.delete(podResource, name, namespace, { gracePeriodSeconds: 0 });
    },
    context.signal,
  );
  late.disable();
  const dropped = (await testbed.wire.fence()) - lostBefore;
  const dials = [...open].map(([port, { pod, createdUs, addressKnownUs, arrivals }]): Dial => {
    namespaces.note(pod, port);
    return { pod, port, createdUs, addressKnownUs, arrivals };
  });
  const created = dials.map(({ createdUs }) => createdUs);
  const seconds = (Math.max(...created) - Math.min(...created)) / 1e6;
  const achievedPerSecond = rounded((dials.length - 1) / Math.max(seconds, 0.001));
  return {
    dials,
    packets,
    dropped,
    measured: { achievedPerSecond, harnessLateP99Ms: rounded(late.percentile(99) / 1e6) },
  };
}

/** So many at a time; the others wait in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

function begin(
  { cluster }: Testbed,
  namespaces: Namespaces,
  { namespace, node }: DialWish,
  index: number,
): { -readonly [Key in keyof Omit<Dial, 'arrivals'>]: Dial[Key] } & {
  readonly arrivals: { source: string; atUs: number }[];
  readonly answered: PromiseWithResolvers<void>;
} {
  const { name, address: nodeAddress } = cluster.node(node);
  const pod = {
    namespace: namespaces.realName(namespace),
    name: `dial-${index + 1}`,
    ip: '',
    node: name,
    nodeAddress,
    hostNetwork: false,
  };
  const answered = Promise.withResolvers<void>();
  return { pod, port: 0, createdUs: 0, addressKnownUs: undefined, arrivals: [], answered };
}

function dialCommands(name: string, { witness }: DialPlan, port: number): ProbeCommand[] {
  const common = { op: 'probe', kind: 'tcp', family: 4, host: witness, port, untilAnswered: true } as const;
  return dialSeries.map(({ intervalMs, count }, index) => {
    const id = `dial-${index}`;
    const limits = { intervalMs, timeoutMs: dialTimeoutMs, maxLateMs: sourceMaxLateMs };
    return { ...common, ...limits, id, tokenPrefix: `${name}.${index}`, ...(count === undefined ? {} : { count }) };
  });
}

function podManifest(
  namespace: string,
  name: string,
  node: string,
  image: string,
  commands: readonly ProbeCommand[],
): KubeObject {
  const args = commands.flatMap((command) => ['--on-start', JSON.stringify(command)]);
  const spec = {
    nodeName: node,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'traffic', image, imagePullPolicy: 'IfNotPresent', args }],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec } as KubeObject;
}

/** Resolves at the limit as well: what did not come in time is missing in the record. */
async function within(event: Promise<void>, limitMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await Promise.race([event, promise]).finally(() => clearTimeout(timer));
}
