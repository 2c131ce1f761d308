import type { CheckResult, Violation } from '../../reports/model/run-result.ts';
import { endpoint } from '../traffic/endpoint.ts';
import type { Destination, PodFacts, Sample } from '../history/events.ts';

export type { CheckResult, Violation };

/** What a checker needs to know about the case besides the samples. */
export interface CheckContext {
  /** Names the check, as a sentence: "pods of shop leave as 172.16.18.133". */
  readonly name: string;
  /** When the case's load began; violations count from here. */
  readonly startUs: number;
  /** Whose address that is, e.g. `node-1`. */
  readonly ownerOf?: (address: string) => string | undefined;
}

const ended: Readonly<Record<Sample['outcome'], string>> = {
  ok: 'answered',
  timeout: 'timed out',
  refused: 'refused',
  reset: 'reset',
  unreachable: 'unreachable',
  rejected: 'rejected by the server',
  probeError: 'not sent',
};

const protocols: Readonly<Record<Sample['kind'], Violation['protocol']>> = {
  tcp: 'tcp',
  stream: 'tcp',
  'udp-stream': 'udp',
  http2: 'http',
  websocket: 'http',
  https: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  ping: 'icmp',
  sctp: 'sctp',
  dns: 'udp',
  http: 'http',
  postgres: 'postgresql',
};

/** Wrong samples, grouped into one row per pod, destination, protocol and what was seen. `of` counts all of that pod there. */
export function violationsOf(
  wrong: readonly Sample[],
  all: readonly Sample[],
  expectedOf: (pod: PodFacts, to: Destination) => readonly string[],
  context: CheckContext,
): Violation[] {
  const destinationOf = (sample: Sample): string =>
    JSON.stringify([sample.pod.namespace, sample.pod.name, sample.destination, sample.kind]);
  const totals = Map.groupBy(all, destinationOf);
  const rows = Map.groupBy(wrong, (sample) => destinationOf(sample) + (sample.seen?.address ?? sample.outcome));
  return [...rows.values()].map((samples) => {
    const first = samples.reduce((a, b) => (a.plannedUs <= b.plannedUs ? a : b));
    const seen = first.seen?.address ?? null;
    const owner = seen === null ? undefined : context.ownerOf?.(seen);
    return {
      ...podColumns(first.pod),
      destination: `${first.destination.name} ${endpoint(first.destination)}`,
      protocol: protocols[first.kind],
      seen,
      ...(owner === undefined ? {} : { seenOwner: owner }),
      ...(seen === null ? { ended: ended[first.outcome] } : {}),
      expected: [...expectedOf(first.pod, first.destination)],
      count: samples.length,
      of: totals.get(destinationOf(first))?.length ?? samples.length,
      firstAtMs: millisAfter(context.startUs, first.plannedUs),
    };
  });
}

export function podColumns(pod: PodFacts): Pick<Violation, 'namespace' | 'pod' | 'podIP' | 'node'> {
  return { namespace: pod.namespace, pod: pod.name, podIP: pod.ip === '' ? null : pod.ip, node: pod.node };
}

export function millisAfter(startUs: number, atUs: number): number {
  return Math.max(0, Math.round((atUs - startUs) / 100) / 10);
}

export function passed(name: string, message: string, measured?: Record<string, number>): CheckResult {
  return { name, outcome: 'pass', message, ...(measured === undefined ? {} : { measured }), violations: [] };
}

export function failed(name: string, message: string, violations: Violation[]): CheckResult {
  return { name, outcome: 'fail', message, violations };
}

export function unknown(name: string, message: string): CheckResult {
  return { name, outcome: 'unknown', message, violations: [] };
}
