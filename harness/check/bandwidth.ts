import type { SunkEvent } from '../traffic/bulk-protocol.ts';
import { includesAddress } from './address.ts';
import { failed, passed, unknown, type CheckContext, type CheckResult } from './violations.ts';

export interface RateRule {
  /** What arrived at the sinks, in the order in which it did. */
  readonly arrivals: readonly SunkEvent[];
  /** Bits per second of IP packets over the window; 0 for as much as it takes to be no limit. */
  readonly atLeast: number;
  readonly atMost: number;
  /** Seconds after the first arrival between which it is counted. */
  readonly fromS: number;
  readonly toS: number;
  /** Everything has to come from one of these. */
  readonly sources: readonly string[];
}

/** Payload of a full segment with timestamps in a packet of 1,500 octets, and of a datagram of the harness. */
const payloadShare = { tcp: 1_448 / 1_500, udp: 1_400 / 1_428 } as const;

/** Mbit/s of IP packets that arrived between two times after the first arrival. */
export function mbitPerSecond(arrivals: readonly SunkEvent[], fromS: number, toS: number): number {
  const [first] = arrivals;
  if (first === undefined) return 0;
  const inside = arrivals.filter(({ atUs }) => {
    const at = (atUs - first.atUs) / 1e6;
    return at > fromS && at <= toS;
  });
  // What is told first has arrived in the time before it is told.
  const bits = (fromS <= 0 ? [first, ...inside] : inside).reduce(
    (sum, { bytes, protocol }) => sum + (bytes * 8) / payloadShare[protocol],
    0,
  );
  return bits / (toS - fromS) / 1e6;
}

/** A limiter cannot make up for longer pauses of a sender, nor can a sender of such rates have them. */
const stallS = 0.4;

/** Seconds between two times after the first arrival in which nothing was told. */
function longestGap(arrivals: readonly SunkEvent[], fromS: number, toS: number): number {
  const startUs = arrivals[0]?.atUs ?? 0;
  const times = arrivals.map(({ atUs }) => (atUs - startUs) / 1e6).filter((at) => at > fromS && at <= toS);
  const bounds = [fromS, ...times, toS];
  return bounds.slice(1).reduce((most, at, index) => Math.max(most, at - (bounds[index] ?? 0)), 0);
}

/** What arrived was of the right rate, and of the right source. */
export function rateWithin(rule: RateRule, { name }: CheckContext): CheckResult {
  const { arrivals, atLeast, atMost, fromS, toS, sources } = rule;
  const [first, last] = [arrivals[0], arrivals.at(-1)];
  if (first === undefined || last === undefined) return failed(name, 'nothing arrived', []);
  const strange = arrivals.find(({ address }) => !includesAddress(sources, address));
  if (strange) return failed(name, `bulk arrived from ${strange.address}, not from ${sources.join(' or ')}`, []);
  const lastS = (last.atUs - first.atUs) / 1e6;
  if (lastS < toS - 1) return unknown(name, `bulk arrived for ${lastS.toFixed(1)} s only, of ${toS} s`);
  const mbit = mbitPerSecond(arrivals, fromS, toS);
  const measured = `${mbit.toFixed(2)} Mbit/s from second ${fromS} to ${toS}, wanted ${(atLeast / 1e6).toFixed(2)} to ${(atMost / 1e6).toFixed(2)}`;
  const isRight = mbit * 1e6 >= atLeast && mbit * 1e6 <= atMost;
  const stalledS = longestGap(arrivals, fromS, toS);
  if (mbit * 1e6 < atLeast && stalledS > stallS)
    return unknown(
      name,
      `${measured}; but nothing arrived for ${stalledS.toFixed(2)} s of it: the machine stood still`,
    );
  return isRight ? passed(name, measured, { mbitPerSecond: Number(mbit.toFixed(3)) }) : failed(name, measured, []);
}
