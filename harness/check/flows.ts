import type { Flow } from '../../reports/model/run-result.ts';
import type { Sample } from '../history/events.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { canonical } from './address.ts';
import { millisAfter, podColumns } from './violations.ts';

export interface FlowFacts {
  readonly samples: readonly Sample[];
  /** What the wire outside showed meanwhile. */
  readonly packets: readonly PacketEvent[];
  /** The node that has a hardware address. */
  readonly nodeOf: (mac: string) => string | undefined;
  readonly startUs: number;
  readonly ownerOf?: (address: string) => string | undefined;
}

/** Which way the connections of a case really went: those that went alike are one flow. Probes that failed by themselves went nowhere. */
export function flowsOf({ samples, packets, nodeOf, startUs, ownerOf }: FlowFacts): Flow[] {
  const senders = sendersOf(packets);
  const groups = Map.groupBy(
    samples.filter(({ outcome }) => outcome !== 'probeError'),
    ({ pod, destination, kind, seen, outcome }) =>
      [pod.namespace, pod.name, destination.name, destination.host, kind, seen?.address, outcome].join('\n'),
  );
  return [...groups.values()].map((group) => {
    const [first] = group as [Sample, ...Sample[]];
    const { pod, destination, kind, outcome } = first;
    const seen = first.seen === undefined ? null : canonical(first.seen.address);
    const owner = seen === null ? undefined : ownerOf?.(seen);
    const macs = seen === null ? [] : [...(senders.get(`${seen} ${destination.port}`) ?? [])];
    const planned = group.map(({ plannedUs }) => plannedUs);
    const { namespace, pod: name, podIP, node } = podColumns(pod);
    return {
      namespace: namespace ?? '',
      pod: name ?? '',
      podIP,
      node: node ?? '',
      destination: `${destination.name} ${destination.host}`,
      protocol: kind,
      seen,
      ...(owner === undefined ? {} : { seenOwner: owner }),
      via: [...new Set(macs.flatMap((mac) => nodeOf(mac) ?? []))].sort(),
      outcome,
      count: group.length,
      firstAtMs: millisAfter(startUs, Math.min(...planned)),
      lastAtMs: millisAfter(startUs, Math.max(...planned)),
    };
  });
}

/** By source address and destination port, which differs per pod at the witness. */
function sendersOf(packets: readonly PacketEvent[]): Map<string, Set<string>> {
  const senders = new Map<string, Set<string>>();
  for (const { src, dport, from } of packets) {
    if (from === undefined || dport === undefined) continue;
    const key = `${canonical(src)} ${dport}`;
    const known = senders.get(key) ?? new Set();
    senders.set(key, known.add(from));
  }
  return senders;
}
