import type { ProbeClass } from './probe-class.ts';
import { isWrongSource } from './probe-class.ts';

/** A probe by the time that it was planned for, not that of its answer: a late answer must not make an outage shorter. */
export interface Judged {
  readonly plannedUs: number;
  readonly class: ProbeClass;
}

/** What a series of probes on an absolute schedule says about an outage. Times in milliseconds. */
export interface Outage {
  readonly sent: number;
  readonly ok: number;
  readonly probeErrors: number;
  /** Neither answered rightly nor late. */
  readonly bad: number;
  /** After the fault; null where nothing was bad. */
  readonly firstBadMs: number | null;
  /** From the first bad probe until the first good one after the last bad one. */
  readonly totalOutageMs: number;
  /** In all bad stretches together, in which nothing arrived. */
  readonly blackholeMs: number;
  /** In which what arrived had another source. */
  readonly wrongSourceMs: number;
  /** The longest time between two good probes, beyond what the schedule has. */
  readonly longestGapMs: number;
  /** How often it was out: fewer good probes than `goodAtEnd` do not end a stretch. */
  readonly stretches: number;
  /** Whether the last probes were good. */
  readonly recovered: boolean;
}

/** Good probes one after the other, for an outage to be over. */
const goodAtEnd = 5;

/**
 * By the schedule, from outside (RFC 6412's approach): each probe stands for the time until the next one. Those that failed by
 * themselves are left out, as if they had not been planned.
 */
export function outageOf(probes: readonly Judged[], intervalMs: number, faultUs: number): Outage {
  const sorted = probes.toSorted((a, b) => a.plannedUs - b.plannedUs);
  const told = sorted.filter((probe) => probe.class !== 'probeError');
  const bad = told.filter((probe) => probe.class !== 'ok');
  const first = bad[0];
  const last = bad.at(-1);
  const end = told.find(({ plannedUs }) => last !== undefined && plannedUs > last.plannedUs);
  const good = told.filter((probe) => probe.class === 'ok');
  const gaps = good.slice(1).map(({ plannedUs }, index) => (plannedUs - (good[index]?.plannedUs ?? plannedUs)) / 1000);
  const until = new Map(
    told.map((probe, index) => [probe, told[index + 1]?.plannedUs ?? probe.plannedUs + intervalMs * 1000]),
  );
  const lengthOf = (wanted: (one: ProbeClass) => boolean): number =>
    bad
      .filter((probe) => wanted(probe.class))
      .reduce((sum, probe) => sum + ((until.get(probe) ?? probe.plannedUs) - probe.plannedUs) / 1000, 0);
  return {
    sent: probes.length,
    ok: good.length,
    probeErrors: probes.length - told.length,
    bad: bad.length,
    firstBadMs: first === undefined ? null : (first.plannedUs - faultUs) / 1000,
    totalOutageMs:
      first === undefined || last === undefined
        ? 0
        : ((end?.plannedUs ?? last.plannedUs + intervalMs * 1000) - first.plannedUs) / 1000,
    blackholeMs: lengthOf((one) => one !== 'ok' && !isWrongSource(one)),
    wrongSourceMs: lengthOf(isWrongSource),
    longestGapMs: Math.max(0, ...gaps.map((gap) => gap - intervalMs)),
    stretches: countStretches(told),
    recovered: told.length >= goodAtEnd && told.slice(-goodAtEnd).every((probe) => probe.class === 'ok'),
  };
}

function countStretches(told: readonly Judged[]): number {
  let [stretches, good] = [0, goodAtEnd];
  for (const probe of told) {
    if (probe.class === 'ok') good += 1;
    else {
      if (good >= goodAtEnd) stretches += 1;
      good = 0;
    }
  }
  return stretches;
}
