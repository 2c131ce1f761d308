import { isIP, isIPv6 } from 'node:net';
import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { Destination, PodFacts, Sample } from '../history/events.ts';
import { both } from '../check/address.ts';
import { nowUs, type ProbeKind, type RequestShape } from '../traffic/protocol.ts';
import type { CasePod, Series } from './case-pod.ts';
import { burst, convergence } from './timeouts.ts';

export interface Path extends RequestShape {
  readonly pod: CasePod;
  readonly kind: ProbeKind;
  readonly destination: Destination;
  readonly dns?: string;
}

/** `count` fresh connections over each path, all paths at the same time. */
export async function burstOver(
  paths: readonly Path[],
  plan: { readonly count: number; readonly intervalMs: number; readonly timeoutMs?: number },
  onSample: (sample: Sample) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const keep = (sample: Sample): void => {
    samples.push(sample);
    onSample(sample);
  };
  await Promise.all(paths.map(({ pod, ...path }) => pod.start({ ...path, ...plan, onSample: keep }).done));
  return samples;
}

/** Fresh connections over each path for as long as `work` takes, and `burst.count` more: its effects may come after it. */
export async function probeDuring(
  paths: readonly Path[],
  intervalMs: number,
  onSample: (sample: Sample) => void,
  work: () => Promise<void>,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const keep = (sample: Sample): void => {
    samples.push(sample);
    onSample(sample);
  };
  const series = paths.map(({ pod, ...path }) => pod.start({ ...path, intervalMs, onSample: keep }));
  try {
    await work();
    const after = { intervalMs, count: burst.count, onSample: keep };
    await Promise.all(paths.map(({ pod, ...path }) => pod.start({ ...path, ...after }).done));
  } finally {
    for (const one of series) one.stop();
    await Promise.allSettled(series.map(({ done }) => done));
  }
  return samples;
}

export interface Converged {
  readonly converged: boolean;
  readonly samples: readonly Sample[];
  /** When the first connection of the last good run was planned, on the slowest path; undefined while there is none. */
  readonly goodSinceUs: number | undefined;
}

/**
 * Fresh connections over each path until, on every one, `convergence.good` in a row were good over `convergence.overMs`,
 * or `limitMs` have passed. `overMs`: another time than `convergence.overMs`, with the connections as much closer.
 */
export async function convergeOver(
  paths: readonly Path[],
  good: (sample: Sample) => boolean,
  limitMs: number,
  onSample: (sample: Sample) => void,
  overMs: number = convergence.overMs,
): Promise<Converged> {
  const runs = paths.map(() => new GoodRun(overMs));
  const samples: Sample[] = [];
  const { promise: reached, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  const series: Series[] = paths.map(({ pod, ...path }, index) =>
    pod.start({
      ...path,
      intervalMs: Math.round((overMs * convergence.intervalMs) / convergence.overMs),
      onSample: (sample) => {
        samples.push(sample);
        onSample(sample);
        runs[index]?.add(sample, good(sample));
        if (runs.every((run) => run.isLongEnough())) resolve(true);
      },
    }),
  );
  const failed = Promise.all(series.map(({ done }) => done)).then(() => false);
  try {
    const converged = await Promise.race([reached, failed]);
    const starts = runs.map((run) => run.sinceUs);
    const goodSinceUs = starts.some((at) => at === undefined) ? undefined : Math.max(...(starts as number[]));
    return { converged, samples: [...samples], goodSinceUs };
  } finally {
    clearTimeout(timer);
    for (const one of series) one.stop();
    await failed.catch(() => undefined);
  }
}

/** The good connections since the last bad one, in the order in which they were planned. */
class GoodRun {
  readonly #overMs: number;
  #good: number[] = [];
  #lastBadUs = 0;

  constructor(overMs: number) {
    this.#overMs = overMs;
  }

  add({ plannedUs, outcome }: Sample, good: boolean): void {
    // A probe that failed by itself neither ends a run nor lengthens it.
    if (outcome === 'probeError') return;
    if (good) {
      if (plannedUs > this.#lastBadUs) this.#good.push(plannedUs);
      return;
    }
    this.#lastBadUs = Math.max(this.#lastBadUs, plannedUs);
    this.#good = this.#good.filter((at) => at > this.#lastBadUs);
  }

  isLongEnough(): boolean {
    if (this.#good.length < convergence.good) return false;
    return Math.max(...this.#good) - Math.min(...this.#good) >= this.#overMs * 1000;
  }

  get sinceUs(): number | undefined {
    return this.#good.length === 0 ? undefined : Math.min(...this.#good);
  }
}

/** What a source address is expected to be: addresses, 'the address of their node' or 'their own address'. */
export type Expected = string | readonly string[];

export const asText = (expected: Expected): string => (typeof expected === 'string' ? expected : expected.join(' or '));

export function expectedOf(expected: Expected): (pod: PodFacts, to: Destination) => readonly string[] {
  if (expected === 'the address of their node')
    return (pod, to) => ofFamily(both(pod.nodeAddress, pod.nodeAddress6), to);
  if (expected === 'their own address') return (pod, to) => ofFamily(both(pod.ip, pod.ip6), to);
  const list = typeof expected === 'string' ? [expected] : expected;
  return () => list;
}

/** Those that a connection to the destination can have; all where it is a name. */
function ofFamily(addresses: readonly string[], { host }: Destination): readonly string[] {
  const family = isIP(host);
  return family === 0 ? addresses : addresses.filter((address) => isIP(address) === family);
}

/** Of addresses that are expected. */
export function familiesOf(expected: Expected): ReadonlySet<IpFamily> {
  const list = typeof expected === 'string' ? [expected] : expected;
  return new Set(list.map((address) => (isIPv6(address) ? 6 : 4)));
}

export function isEgressAddress(expected: Expected): boolean {
  return expected !== 'the address of their node' && expected !== 'their own address';
}

export function millisSince(startUs: number, atUs: number = nowUs()): number {
  return Math.max(0, Math.round((atUs - startUs) / 1000));
}
