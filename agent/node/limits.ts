import { createHash } from 'node:crypto';
import type { Egress } from '../api/egress.ts';
import { wholeQuantity } from '../base/quantity.ts';
import type { Ownership } from './ownership.ts';
import type { PodAddress } from './running-pods.ts';

/** The traffic of an Egress to the outside, over all its pods that leave from one node and both IP versions. */
export interface Limit {
  /** Of the nft object. What it does is in its name, for an object's numbers cannot be changed. */
  readonly name: string;
  readonly bytesPerSecond: number;
  /** What may pass at once beyond one second of the rate. */
  readonly burstBytes: number;
}

/** nft's limit has a bucket of one second of the rate and the burst; one large segment has to fit in. */
const leastBucket = 128 * 1024;
/** A rate is counted in nanoseconds in 64 bits (net/netfilter/nft_limit.c), and a burst is of 32 bits. */
const mostBytesPerSecond = 9_000_000_000n;
const mostBurst = 4_000_000_000n;

/** Null without a limit, with one beyond what can be counted (72 Gbit/s), and with one that is no quantity. */
export function limitOf({ metadata, spec }: Egress): Limit | null {
  const [rate, burst] = [spec.bandwidth?.rate, spec.bandwidth?.burst].map((text) => wholeQuantity(text ?? '', 8));
  if (rate === null || rate === undefined || rate > mostBytesPerSecond) return null;
  const bytesPerSecond = rate > 1n ? rate : 1n;
  const bucket = [(burst ?? 0n) + 0n, bytesPerSecond, BigInt(leastBucket)].reduce((a, b) => (a > b ? a : b));
  const beyond = bucket - bytesPerSecond;
  const burstBytes = beyond < 1n ? 1n : beyond > mostBurst ? mostBurst : beyond;
  const whose = createHash('sha256').update(`${metadata.uid} ${metadata.name}`).digest('hex').slice(0, 16);
  return {
    name: `limit_${whose}_${bytesPerSecond}_${burstBytes}`,
    bytesPerSecond: Number(bytesPerSecond),
    burstBytes: Number(burstBytes),
  };
}

/** Of the pods that leave from here, those whose Egress has a limit; `podWays` has chosen the Egress of each. */
export function limitsOf(
  owners: readonly Ownership[],
  addresses: Iterable<PodAddress>,
  leaves: (pod: string) => boolean,
): Map<string, Limit> {
  const limits = owners.map(({ egress }) => limitOf(egress));
  const limited = new Map<string, Limit>();
  if (limits.every((limit) => limit === null)) return limited;
  for (const { ip, chosen } of addresses) {
    const limit = limits[chosen];
    if (limit && leaves(ip)) limited.set(ip, limit);
  }
  return limited;
}
