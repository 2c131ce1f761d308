import { canonicalAddress } from '../base/ip-range.ts';
import type { Pod } from './facts.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';

interface PodAddress {
  readonly pod: Pod;
  readonly ip: string;
  readonly family: Family;
}

/** Pods with addresses of their own, each address once: a later pod may have got it from one that has ended. */
export function runningPods(pods: readonly Pod[]): PodAddress[] {
  const byAddress = new Map<string, PodAddress>();
  for (const pod of pods) {
    const { phase, podIP, podIPs = [] } = pod.status ?? {};
    if (pod.spec?.hostNetwork || !pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') continue;
    for (const address of new Set([podIP, ...podIPs.map((entry) => entry.ip)])) {
      const [ip, family] = address ? [canonicalAddress(address), familyOf(address)] : [null, null];
      if (ip === null || family === null) continue;
      const other = byAddress.get(ip)?.pod;
      if (!other || (other.metadata.creationTimestamp ?? '') <= (pod.metadata.creationTimestamp ?? ''))
        byAddress.set(ip, { pod, ip, family });
    }
  }
  return [...byAddress.values()];
}
