import type { Sample } from '../history/events.ts';
import { establishedOf, type Established } from './established.ts';
import { keptConnections, probeKinds, type KeptName, type ProbeKindName } from './load.ts';
import { outageOf, type Judged, type Outage } from './outage.ts';
import { classOf, isLeak, type Expectation } from './probe-class.ts';

/** What is known of a trial when it has ended. Times: CLOCK_MONOTONIC, microseconds. */
export interface TrialFacts {
  readonly fault: string;
  readonly node: string;
  readonly expected: Expectation;
  /** When the fault was begun, when that had returned, and when it was taken back. */
  readonly beginUs: number;
  readonly begunUs: number;
  readonly endUs: number;
  /** When the load was stopped. */
  readonly stopUs: number;
  /** When the implementation named another node for the address; absent where it never did. */
  readonly namedUs?: number;
  /** When the wire outside first showed the address at another node. */
  readonly movedUs?: number;
  /** Of the pods that can be judged: one that is cut off by the fault itself cannot. */
  readonly pods: readonly PodSamples[];
}

export interface PodSamples {
  readonly name: string;
  readonly placement: string;
  readonly probes: Readonly<Record<ProbeKindName, readonly Sample[]>>;
  readonly kept: Readonly<Record<KeptName, readonly Sample[]>>;
}

export interface PodResult {
  readonly name: string;
  readonly placement: string;
  readonly outages: Readonly<Record<ProbeKindName, Outage>>;
  readonly established: Readonly<Record<KeptName, Established>>;
}

export interface TrialResult {
  readonly fault: string;
  readonly node: string;
  /** How exactly the time of the fault is known. */
  readonly injectionWidthMs: number;
  readonly detectionMs: number | null;
  readonly reassignmentMs: number | null;
  /** Of new connections, the worst pod. */
  readonly blackoutMs: number;
  /** Of datagrams, the worst pod: from the first bad one until they are good again. */
  readonly totalOutageMs: number;
  readonly leaks: number;
  readonly wrongSources: number;
  readonly established: { readonly survived: number; readonly reset: number; readonly stalled: number };
  readonly stallMs: number;
  /** A time is known to within this: the interval of its probes and the p99 of how late they were sent. */
  readonly resolutionMs: number;
  readonly outcome: 'pass' | 'fail' | 'inconclusive';
  /** Why it is none, in words. */
  readonly reasons: readonly string[];
  readonly pods: readonly PodResult[];
}

/** Above this share of probes that failed by themselves a trial says nothing. */
const maxProbeErrors = 0.05;

/** Judges a trial by what was recorded. Traffic that leaked or had another source fails it, and so does one that did not recover. */
export function judgeTrial(facts: TrialFacts): TrialResult {
  const { fault, node, beginUs, begunUs, stopUs, expected } = facts;
  const judged = facts.pods.map((pod) => ({ pod, result: judgePod(pod, facts) }));
  const results = judged.map(({ result }) => result);
  const all = facts.pods.flatMap(({ probes, kept }) => [...Object.values(probes), ...Object.values(kept)].flat());
  const classes = all.map((sample) => classOf(sample, expected));
  const leaks = classes.filter(isLeak).length;
  const wrongSources = classes.filter((one) => one === 'wrongEgressIP').length;
  const kept = results.flatMap(({ established }) => Object.values(established));
  const count = (fate: Established['fate']): number => kept.filter((one) => one.fate === fate).length;
  const outages = results.flatMap((result) => Object.values(result.outages));
  const lateness = all.map(({ plannedUs, startedUs }) => (startedUs - plannedUs) / 1000).sort((a, b) => a - b);
  const before = facts.pods.flatMap(({ probes }) =>
    (Object.keys(probeKinds) as ProbeKindName[]).flatMap((kind) =>
      judgedOf(probes[kind], expected).filter(
        (probe) => probe.plannedUs < firstUs(kind, facts) && !['ok', 'probeError'].includes(probe.class),
      ),
    ),
  ).length;
  const late = lateness[Math.ceil(0.99 * lateness.length) - 1] ?? 0;
  const errors = outages.reduce((sum, { probeErrors }) => sum + probeErrors, 0);
  const sent = outages.reduce((sum, one) => sum + one.sent, 0);
  const since = (atUs: number | undefined): number | null => (atUs === undefined ? null : (atUs - beginUs) / 1000);

  const failures = [
    ...(leaks > 0 ? [`${leaks} connections were seen with the address of a node or pod`] : []),
    ...(wrongSources > 0 ? [`${wrongSources} connections were seen with another Egress IP`] : []),
    ...results.flatMap(({ name, outages: of }) =>
      Object.entries(of).flatMap(([kind, { recovered }]) => (recovered ? [] : [`${kind} of ${name} did not recover`])),
    ),
    ...(kept.some(({ sourceStable }) => !sourceStable) ? ['an open connection was seen with another source'] : []),
  ];
  const doubts = [
    ...(before > 0 ? [`${before} probes were bad before anything was done`] : []),
    ...(sent === 0 || errors > maxProbeErrors * sent ? [`${errors} of ${sent} probes failed by themselves`] : []),
    ...(late > probeKinds.tcp.intervalMs ? [`probes were up to ${Math.round(late)} ms late (p99)`] : []),
  ];
  return {
    fault,
    node,
    injectionWidthMs: (begunUs - beginUs) / 1000,
    detectionMs: since(facts.namedUs),
    reassignmentMs: since(facts.movedUs),
    blackoutMs: Math.max(0, ...results.map((result) => result.outages.tcp.totalOutageMs)),
    totalOutageMs: Math.max(0, ...results.map((result) => result.outages.udp.totalOutageMs)),
    leaks,
    wrongSources,
    established: { survived: count('survived'), reset: count('reset'), stalled: count('stalled') },
    stallMs: Math.max(0, ...kept.map(({ stallMs }) => stallMs)),
    resolutionMs: probeKinds.udp.intervalMs + late,
    // A leak is one however disturbed the machine is.
    outcome:
      failures.length > 0 && (leaks + wrongSources > 0 || doubts.length === 0)
        ? 'fail'
        : doubts.length > 0
          ? 'inconclusive'
          : 'pass',
    reasons: [...failures, ...doubts],
    pods: results,
  };

  function judgePod({ name, placement, probes, kept: connections }: PodSamples, of: TrialFacts): PodResult {
    // A probe that was on its way when the fault struck may be its first victim.
    const outage = (kind: ProbeKindName): Outage =>
      outageOf(
        judgedOf(probes[kind], expected).filter(({ plannedUs }) => plannedUs >= firstUs(kind, of)),
        probeKinds[kind].intervalMs,
        of.beginUs,
      );
    const established = (one: KeptName): Established =>
      establishedOf(connections[one], keptConnections[one].intervalMs, stopUs);
    return {
      name,
      placement,
      outages: { udp: outage('udp'), tcp: outage('tcp') },
      established: { busy: established('busy'), idle: established('idle') },
    };
  }
}

/** From here on a probe can have been hit: one that was sent just before may still have been without its answer. */
function firstUs(kind: ProbeKindName, { beginUs }: Pick<TrialFacts, 'beginUs'>): number {
  return beginUs - probeKinds[kind].intervalMs * 1000;
}

export function judgedOf(samples: readonly Sample[], expected: Expectation): Judged[] {
  return samples.map((sample) => ({ plannedUs: sample.plannedUs, class: classOf(sample, expected) }));
}
