import type { Violation } from '../../reports/model/run-result.ts';
import type { PodFacts, SettledWindow } from '../history/events.ts';
import type { PacketEvent } from '../traffic/protocol.ts';
import { inCidr, includesAddress, sameAddress } from './address.ts';
import { failed, millisAfter, passed, podColumns, unknown, type CheckContext, type CheckResult } from './violations.ts';

export interface WireRule {
  readonly packets: readonly PacketEvent[];
  /** Packets that the kernel could not give to the capture. */
  readonly dropped: number;
  /** The pods with their own port at the witness: the port tells whose packet it is, whatever its source. */
  readonly pods: readonly { readonly pod: PodFacts; readonly port: number }[];
  readonly windows: readonly SettledWindow[];
  readonly podCIDR: string;
  readonly nodeAddresses: readonly string[];
  readonly outsideCIDR: string;
  /** Connections that the witness answered: if there were any, the capture must have seen packets of them. */
  readonly answered: number;
}

/**
 * Nothing left the cluster with the address of a pod, and nothing of a selected pod, once its policy was settled, with
 * the address of a node. Counted from the capture, whether or not anybody answered. A connection that had begun before
 * keeps its address: what is left of it (a FIN sent again, the RST of a node to an answer that came too late) is no leak.
 */
export function leakFree(rule: WireRule, context: CheckContext): CheckResult {
  const leaving = rule.packets.filter(({ protocol, dst }) => protocol !== 'arp' && inCidr(dst, rule.outsideCIDR));
  const owned = leaving.flatMap((packet) => {
    const owner = rule.pods.find(
      ({ pod, port }) => packet.dport === port || (!pod.hostNetwork && sameAddress(pod.ip, packet.src)),
    );
    return owner === undefined ? [] : [{ packet, pod: owner.pod }];
  });
  const begunAt = beginnings(leaving);
  const leaks = owned.filter(
    ({ packet, pod }) => isPodAddress(packet, rule) || isNodeLeak(packet, begunAt(packet), pod, rule),
  );
  if (leaks.length > 0) {
    const message = `${leaks.length} packets on the outside wire had an address of a pod, or of a selected pod's node`;
    return failed(context.name, message, rows(leaks, owned, context));
  }
  if (rule.dropped > 0) return unknown(context.name, `the capture lost ${rule.dropped} packets`);
  if (rule.answered > 0 && owned.length === 0) {
    const message = `the witness answered ${rule.answered} connections, but the capture saw no packet of them`;
    return unknown(context.name, message);
  }
  return passed(context.name, `none of ${owned.length} packets`);
}

type Owned = { readonly packet: PacketEvent; readonly pod: PodFacts };

function isPodAddress({ src }: PacketEvent, rule: WireRule): boolean {
  return inCidr(src, rule.podCIDR);
}

function isNodeLeak({ src, atUs }: PacketEvent, begunUs: number, pod: PodFacts, rule: WireRule): boolean {
  if (!includesAddress(rule.nodeAddresses, src)) return false;
  return rule.windows.some(
    (window) =>
      window.pod.namespace === pod.namespace &&
      window.pod.name === pod.name &&
      begunUs >= window.fromUs &&
      (window.toUs === undefined || atUs < window.toUs),
  );
}

/** When the connection of a packet was first seen on the wire, microseconds. */
function beginnings(packets: readonly PacketEvent[]): (packet: PacketEvent) => number {
  const connection = ({ protocol, src, sport, dst, dport }: PacketEvent): string =>
    [protocol, src, sport, dst, dport].join(' ');
  const first = new Map<string, number>();
  for (const packet of packets) {
    const key = connection(packet);
    first.set(key, Math.min(first.get(key) ?? Infinity, packet.atUs));
  }
  // Without ports there are no connections: each packet speaks for itself.
  return (packet) => (packet.sport === undefined ? packet.atUs : (first.get(connection(packet)) ?? packet.atUs));
}

/** A packet passes both interfaces of the router: the one that saw more of them is counted. */
function rows(leaks: readonly Owned[], owned: readonly Owned[], context: CheckContext): Violation[] {
  const groups = Map.groupBy(leaks, ({ packet, pod }) =>
    [pod.namespace, pod.name, packet.src, packet.dst, packet.dport, packet.protocol].join(' '),
  );
  return [...groups.values()].map((group) => {
    const [first] = group as [Owned, ...Owned[]];
    const { packet, pod } = first;
    const owner = context.ownerOf?.(packet.src);
    return {
      ...podColumns(pod),
      destination: `outside wire ${packet.dst}${packet.dport === undefined ? '' : `:${packet.dport}`}`,
      protocol:
        packet.protocol === 'tcp' || packet.protocol === 'udp' || packet.protocol === 'icmp'
          ? packet.protocol
          : 'other',
      seen: packet.src,
      ...(owner === undefined ? {} : { seenOwner: owner }),
      expected: [],
      count: mostOnOneInterface(group),
      of: mostOnOneInterface(owned.filter((other) => other.pod === pod)),
      firstAtMs: millisAfter(context.startUs, Math.min(...group.map((one) => one.packet.atUs))),
    };
  });
}

function mostOnOneInterface(packets: readonly Owned[]): number {
  return Math.max(...[...Map.groupBy(packets, ({ packet }) => packet.iface).values()].map(({ length }) => length));
}

/** None of the packets on a wire had one of the addresses. */
export function absentFromWire(
  rule: {
    readonly packets: readonly PacketEvent[];
    readonly addresses: readonly string[];
    readonly dropped: number;
    readonly atLeast: number;
  },
  context: CheckContext,
): CheckResult {
  const wrong = rule.packets.filter(({ src }) => includesAddress(rule.addresses, src));
  const [first] = wrong;
  if (first !== undefined) {
    const row: Violation = {
      namespace: null,
      pod: null,
      podIP: null,
      node: null,
      destination: `${first.dst}:${first.dport ?? 0}`,
      protocol:
        first.protocol === 'tcp' || first.protocol === 'udp' || first.protocol === 'icmp' ? first.protocol : 'other',
      seen: first.src,
      expected: [],
      count: wrong.length,
      of: rule.packets.length,
      firstAtMs: millisAfter(context.startUs, first.atUs),
    };
    return failed(context.name, `${wrong.length} of ${rule.packets.length} packets had a forbidden source`, [row]);
  }
  if (rule.dropped > 0) return unknown(context.name, `the capture lost ${rule.dropped} packets`);
  if (rule.packets.length < rule.atLeast) {
    return unknown(
      context.name,
      `the capture saw ${rule.packets.length} packets, fewer than the ${rule.atLeast} that were sent`,
    );
  }
  return passed(context.name, `none of ${rule.packets.length} packets`);
}
