import type { Violation } from '../../reports/model/run-result.ts';
import type { PodFacts, SettledWindow } from '../history/events.ts';
import { endpoint } from '../traffic/endpoint.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { both, canonical, includesAddress, memberOf } from './address.ts';
import { failed, millisAfter, passed, podColumns, unknown, type CheckContext, type CheckResult } from './violations.ts';

/** What hosts of one link say to each other, which no Egress is about. */
const ofTheLink: ReadonlySet<string> = new Set(['arp', 'nd']);

export interface WireRule {
  readonly packets: readonly PacketEvent[];
  /** Packets that the kernel could not give to the capture. */
  readonly dropped: number;
  /** The pods with their own port at the witness: the port tells whose packet it is, whatever its source. */
  readonly pods: readonly { readonly pod: PodFacts; readonly port: number }[];
  readonly windows: readonly SettledWindow[];
  readonly podCIDRs: readonly string[];
  readonly nodeAddresses: readonly string[];
  readonly outsideCIDRs: readonly string[];
  /** Destinations that pods may reach with a node's address although a policy selects them. */
  readonly excepted: readonly string[];
  /** Connections that the witness answered: if there were any, the capture must have seen packets of them. */
  readonly answered: number;
}

/**
 * Nothing left the cluster with the address of a pod, and nothing of a selected pod, once its policy was settled, with
 * the address of a node. Counted from the capture, whether or not anybody answered. A connection that had begun before
 * keeps its address: what is left of it (a FIN sent again, the RST of a node to an answer that came too late) is no leak.
 */
export function leakFree(rule: WireRule, context: CheckContext): CheckResult {
  const isOutside = memberOf(rule.outsideCIDRs);
  const ofNetworks = rule.packets.filter(({ protocol }) => !ofTheLink.has(protocol));
  const isAnswer = answersTo(ofNetworks.filter(({ src, dst }) => isOutside(src) && !isOutside(dst)));
  const leaving = ofNetworks.filter((packet) => isOutside(packet.dst) && !isAnswer(packet));
  const ownerOf = ownerOfPackets(rule.pods);
  const owned = leaving.flatMap((packet) => {
    const pod = ownerOf(packet);
    return pod === undefined ? [] : [{ packet, pod }];
  });
  const isPodAddress = memberOf(rule.podCIDRs);
  const isNodeAddress = memberOf(rule.nodeAddresses);
  const isExcepted = memberOf(rule.excepted);
  const begunAt = beginnings(leaving);
  const leaks = owned.filter(
    ({ packet, pod }) =>
      isPodAddress(packet.src) ||
      (isNodeAddress(packet.src) && !isExcepted(packet.dst) && isSettled(pod, packet, begunAt(packet), rule)),
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

/** Whether a packet belongs to a connection that was opened from outside: the other direction was seen before it. */
function answersTo(entering: readonly PacketEvent[]): (packet: PacketEvent) => boolean {
  const firstOf = firstSeen(entering);
  return ({ protocol, src, sport, dst, dport, atUs }) =>
    sport !== undefined && firstOf({ protocol, src: dst, sport: dport, dst: src, dport: sport }) < atUs;
}

type Owned = { readonly packet: PacketEvent; readonly pod: PodFacts };

/** By the port it goes to, or by its source. */
function ownerOfPackets(pods: WireRule['pods']): (packet: PacketEvent) => PodFacts | undefined {
  const byPort = new Map(pods.toReversed().map(({ pod, port }) => [port, pod]));
  const own = pods.filter(({ pod }) => !pod.hostNetwork && pod.ip !== '');
  const bySource = new Map(
    own.toReversed().flatMap(({ pod }) => both(pod.ip, pod.ip6).map((ip) => [canonical(ip), pod] as const)),
  );
  // The capture tells addresses in their one form.
  return ({ src, dport }) => (dport === undefined ? undefined : byPort.get(dport)) ?? bySource.get(src);
}

function isSettled(pod: PodFacts, { src, atUs }: PacketEvent, begunUs: number, rule: WireRule): boolean {
  const family = src.includes(':') ? 6 : 4;
  return rule.windows.some(
    (window) =>
      window.pod.namespace === pod.namespace &&
      window.pod.name === pod.name &&
      window.family === family &&
      begunUs >= window.fromUs &&
      (window.toUs === undefined || atUs < window.toUs),
  );
}

interface Direction {
  readonly protocol: PacketEvent['protocol'];
  readonly src: string;
  readonly sport?: number | undefined;
  readonly dst: string;
  readonly dport?: number | undefined;
}

/** When a direction of a connection was first seen, microseconds; Infinity where it never was. */
function firstSeen(packets: readonly PacketEvent[]): (direction: Direction) => number {
  const keyOf = ({ protocol, src, sport, dst, dport }: Direction): string =>
    [protocol, src, sport, dst, dport].join(' ');
  const first = new Map<string, number>();
  for (const packet of packets) first.set(keyOf(packet), Math.min(first.get(keyOf(packet)) ?? Infinity, packet.atUs));
  return (direction) => first.get(keyOf(direction)) ?? Infinity;
}

/** When the connection of a packet was first seen on the wire, microseconds. */
function beginnings(packets: readonly PacketEvent[]): (packet: PacketEvent) => number {
  const firstOf = firstSeen(packets);
  // Without ports there are no connections: each packet speaks for itself.
  return (packet) => (packet.sport === undefined ? packet.atUs : Math.min(firstOf(packet), packet.atUs));
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
      destination: `outside wire ${destinationOf(packet)}`,
      protocol: protocolOf(packet),
      seen: packet.src,
      ...(owner === undefined ? {} : { seenOwner: owner }),
      expected: [],
      count: mostOnOneInterface(group),
      of: mostOnOneInterface(owned.filter((other) => other.pod === pod)),
      firstAtMs: millisAfter(context.startUs, Math.min(...group.map((one) => one.packet.atUs))),
    };
  });
}

function destinationOf({ dst, dport }: PacketEvent): string {
  return dport === undefined ? dst : endpoint({ host: dst, port: dport });
}

function protocolOf({ protocol }: PacketEvent): Violation['protocol'] {
  if (protocol === 'icmp6') return 'icmp';
  return protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp' || protocol === 'icmp' ? protocol : 'other';
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
      destination: destinationOf(first),
      protocol: protocolOf(first),
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
