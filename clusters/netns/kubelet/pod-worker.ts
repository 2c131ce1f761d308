import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ContainerLog, commandOf, environmentOf, startInPod } from './container.ts';
import type { PodSurroundings } from './container.ts';
import type { Container, Pod } from './objects.ts';
import { addressesOf } from './pod-status.ts';
import type { ContainerState, Observed } from './pod-status.ts';
import type { Process } from './process.ts';
import { watchReadiness } from './readiness-probe.ts';
import { timestamp } from './timestamp.ts';

const RESTART_DELAY_MS = [100, 1_000, 5_000, 10_000];

/** How often a pod looks whether its kubelet is back. */
const KUBELET_AWAY_MS = 100;

/** A program that keeps failing is started again ever more slowly, as a kubelet's CrashLoopBackOff does. */
const restartDelayMs = (restarts: number): number =>
  RESTART_DELAY_MS[Math.min(restarts, RESTART_DELAY_MS.length - 1)] ?? 10_000;

interface Running {
  readonly spec: Container;
  readonly log: ContainerLog;
  process: Process | null;
  state: ContainerState;
}

/** The containers of one pod, from start to end. Its network is somebody else's business. */
export class PodWorker {
  readonly pod: Pod;
  readonly #surroundings: PodSurroundings;
  readonly #dir: string;
  readonly #onChange: () => void;
  readonly #containers: Running[] = [];
  readonly #stopping = new AbortController();
  readonly #addresses: Pick<Observed, 'podIPs' | 'hostIPs'>;
  readonly #startTime = timestamp();

  constructor(
    pod: Pod,
    addresses: Pick<Observed, 'podIPs' | 'hostIPs'>,
    surroundings: PodSurroundings,
    dir: string,
    onChange: () => void,
  ) {
    this.pod = { ...pod, status: { ...pod.status, ...addressesOf(addresses) } };
    this.#addresses = addresses;
    this.#surroundings = surroundings;
    this.#dir = dir;
    this.#onChange = onChange;
  }

  async start(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    for (const spec of this.pod.spec.containers) {
      const running: Running = {
        spec,
        log: new ContainerLog(this.logFile(spec.name)),
        process: null,
        state: fresh(spec, 0, null),
      };
      this.#containers.push(running);
      this.#run(running);
    }
  }

  logFile(container: string): string {
    return join(this.#dir, `${container}.log`);
  }

  observed(): Observed {
    return { ...this.#addresses, startTime: this.#startTime, containers: this.#containers.map(({ state }) => state) };
  }

  /** Starts a command in a container of the pod, as exec does. */
  exec(container: string, argv: readonly string[], onError: (line: string) => void): Process {
    const spec = this.pod.spec.containers.find((one) => one.name === container);
    return startInPod(argv, spec ? this.#environment(spec) : {}, this.#surroundings, onError);
  }

  signal(signal: NodeJS.Signals): void {
    for (const { process } of this.#containers) if (process?.pid != null) process.signal(signal);
  }

  pids(): { name: string; pid: number }[] {
    return this.#containers.flatMap(({ spec, process }) =>
      process?.pid == null ? [] : [{ name: spec.name, pid: process.pid }],
    );
  }

  /** SIGTERM, and SIGKILL after the grace period; resolves when all containers have ended. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const alive = this.#containers.flatMap(({ process }) => (process ? [process] : []));
    const end = (signal: NodeJS.Signals): void => alive.forEach((process) => process.signal(signal));
    end(graceMs === 0 ? 'SIGKILL' : 'SIGTERM');
    const timer = setTimeout(() => end('SIGKILL'), graceMs);
    await Promise.all(alive.map((process) => process.exited));
    clearTimeout(timer);
    for (const { log } of this.#containers) log.close();
  }

  #run(running: Running): void {
    const argv = commandOf(running.spec, this.#surroundings.images);
    if (argv === null) return; // a pause container: nothing to run, never ends
    const { log } = running;
    const process = startInPod(argv, this.#environment(running.spec), this.#surroundings, (line) => log.write(line));
    running.process = process;
    void log.follow(process);
    const probing = this.#probe(running);
    void process.exited.then((exitCode) => {
      probing.abort();
      return this.#ended(running, exitCode);
    });
  }

  #probe(running: Running): AbortController {
    const probing = new AbortController();
    const { httpGet, ...limits } = running.spec.readinessProbe ?? {};
    if (httpGet === undefined) return probing;
    const signal = AbortSignal.any([probing.signal, this.#stopping.signal]);
    const { sockets } = this.#surroundings;
    void watchReadiness(
      { probe: { httpGet, ...limits }, podIP: this.pod.status?.podIP ?? '', sockets, signal },
      (ready) => {
        running.state = { ...running.state, ready };
        this.#onChange();
      },
    );
    return probing;
  }

  async #ended(running: Running, exitCode: number): Promise<void> {
    running.process = null;
    running.state = { ...running.state, ended: { exitCode, at: timestamp() } };
    this.#onChange();
    const policy = this.pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return;
    await delay(restartDelayMs(running.state.restarts), undefined, { signal: this.#stopping.signal }).catch(() => {});
    while (!this.#stopping.signal.aborted && !this.#surroundings.isLookedAfter()) await delay(KUBELET_AWAY_MS);
    if (this.#stopping.signal.aborted) return;
    running.state = fresh(running.spec, running.state.restarts + 1, running.state.ended);
    this.#run(running);
    this.#onChange();
  }

  #environment(container: Container): Record<string, string> {
    return environmentOf(container, this.pod);
  }
}

function fresh(spec: Container, restarts: number, previous: ContainerState['ended']): ContainerState {
  return {
    name: spec.name,
    image: spec.image ?? '',
    id: `netns://${randomUUID()}`,
    restarts,
    startedAt: timestamp(),
    ready: spec.readinessProbe?.httpGet === undefined,
    ended: null,
    previous,
  };
}
