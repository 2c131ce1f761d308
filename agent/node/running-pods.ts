import { canonicalAddress } from '../base/ip-range.ts';
import type { Pod } from './facts.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';

/** An address of a running pod that has a network of its own. */
export class PodAddress {
  readonly pod: Pod;
  readonly ip: string;
  readonly family: Family;
  /** What `Selections` has found, and in which of its rounds. */
  chosen = -1;
  round = 0;

  constructor(pod: Pod, ip: string, family: Family) {
    this.pod = pod;
    this.ip = ip;
    this.family = family;
  }
}

/**
 * The addresses of the running pods, each once: a later pod may have got it from one that has ended. Objects of the API
 * are not changed but replaced, and few at a time, so that only what is between equal ends of two lists is looked at.
 */
export class RunningPods {
  #pods: readonly Pod[] = [];
  /** The last is the one that has the address. */
  readonly #contenders = new Map<string, readonly PodAddress[]>();
  readonly #running = new Map<string, PodAddress>();

  of(pods: readonly Pod[]): Iterable<PodAddress> {
    const before = this.#pods;
    const shorter = Math.min(before.length, pods.length);
    let head = 0;
    while (head < shorter && before[head] === pods[head]) head += 1;
    let tail = 0;
    while (tail < shorter - head && before.at(-1 - tail) === pods.at(-1 - tail)) tail += 1;
    this.#pods = pods;
    const touched = new Set<string>();
    const gone = new Set(before.slice(head, before.length - tail));
    for (const pod of gone)
      for (const { ip } of readAddresses(pod)) {
        touched.add(ip);
        this.#contenders.set(
          ip,
          (this.#contenders.get(ip) ?? []).filter((entry) => entry.pod !== pod),
        );
      }
    for (const pod of pods.slice(head, pods.length - tail))
      for (const entry of readAddresses(pod)) {
        touched.add(entry.ip);
        this.#contenders.set(entry.ip, [...(this.#contenders.get(entry.ip) ?? []), entry].sort(byCreation));
      }
    for (const ip of touched) this.#settle(ip);
    return this.#running.values();
  }

  #settle(ip: string): void {
    const winner = this.#contenders.get(ip)?.at(-1);
    if (winner) this.#running.set(ip, winner);
    else {
      this.#running.delete(ip);
      this.#contenders.delete(ip);
    }
  }
}

/** A pod that is being deleted has its address no longer than the next that gets it; the rest is for a stable order. */
function byCreation(a: PodAddress, b: PodAddress): number {
  const [first, second] = [a, b].map(({ pod: { metadata } }) =>
    [
      metadata.deletionTimestamp === undefined ? 1 : 0,
      metadata.creationTimestamp,
      metadata.namespace,
      metadata.name,
    ].join(' '),
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function readAddresses(pod: Pod): PodAddress[] {
  const { phase, podIP, podIPs = [] } = pod.status ?? {};
  if (pod.spec?.hostNetwork || !pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return [];
  const told = [...new Set([podIP, ...podIPs.map((entry) => entry.ip)])];
  return told.flatMap((address): PodAddress[] => {
    const [ip, family] = address ? [canonicalAddress(address), familyOf(address)] : [null, null];
    return ip === null || family === null ? [] : [new PodAddress(pod, ip, family)];
  });
}
