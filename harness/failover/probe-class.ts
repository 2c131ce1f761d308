import { sameAddress } from '../check/address.ts';
import type { Sample } from '../history/events.ts';

/** What became of one probe. `probeError`: it was sent late or could not be sent; it counts neither for nor against. */
export type ProbeClass =
  'ok' | 'wrongEgressIP' | 'leakNodeIP' | 'leakPodIP' | 'timeout' | 'refused' | 'reset' | 'unreachable' | 'probeError';

export interface Expectation {
  /** The source that is right. */
  readonly egressIP: string;
  /** Of all nodes. */
  readonly nodeAddresses: readonly string[];
}

export function classOf({ outcome, seen, pod }: Sample, { egressIP, nodeAddresses }: Expectation): ProbeClass {
  if (outcome === 'rejected') return 'refused';
  if (outcome !== 'ok') return outcome;
  // Answered, and not told by whom: nothing can be said of it.
  if (seen === undefined) return 'probeError';
  const { address } = seen;
  if (sameAddress(address, egressIP)) return 'ok';
  if (sameAddress(address, pod.ip)) return 'leakPodIP';
  return nodeAddresses.some((node) => sameAddress(address, node)) ? 'leakNodeIP' : 'wrongEgressIP';
}

export const isLeak = (one: ProbeClass): boolean => one === 'leakNodeIP' || one === 'leakPodIP';
/** Seen with another source than the right one. */
export const isWrongSource = (one: ProbeClass): boolean => isLeak(one) || one === 'wrongEgressIP';
