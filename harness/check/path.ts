import type { PodFacts } from '../history/events.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { sameAddress } from './address.ts';
import { failed, passed, unknown, type CheckContext, type CheckResult } from './violations.ts';

const nameOf = ({ namespace, name, node }: PodFacts): string => `${namespace}/${name} on ${node}`;

/** The kernel of every pod has learned a path MTU between two limits, bytes. */
export function pathMtuWithin(
  rule: {
    readonly learned: readonly { readonly pod: PodFacts; readonly bytes: number }[];
    readonly min: number;
    readonly max: number;
  },
  { name }: CheckContext,
): CheckResult {
  const { learned, min, max } = rule;
  if (learned.length === 0) return unknown(name, 'no pod was asked');
  const wrong = learned.filter(({ bytes }) => bytes < min || bytes > max);
  const shown = (some: typeof learned): string =>
    some.map(({ pod, bytes }) => `${nameOf(pod)}: ${bytes} bytes`).join(', ');
  if (wrong.length > 0) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    return failed(
      name,
      `${wrong.length} of ${learned.length} pods know another path MTU than ${wanted}: ${shown(wrong)}`,
      [],
    );
  }
  const all = learned.map(({ bytes }) => bytes);
  return passed(name, shown(learned), { smallestBytes: Math.min(...all), largestBytes: Math.max(...all) });
}

/** Every hop on the way of every pod has told that a datagram expired there, a given router is among them, and the last one arrived. */
export function everyHopTells(
  rule: {
    readonly paths: readonly {
      readonly pod: PodFacts;
      readonly hops: readonly (string | null)[];
      readonly reached: boolean;
    }[];
    readonly router: string;
  },
  { name }: CheckContext,
): CheckResult {
  const { paths, router } = rule;
  if (paths.length === 0) return unknown(name, 'no pod looked for its path');
  const shown = ({ pod, hops, reached }: (typeof paths)[number]): string =>
    `${nameOf(pod)}: ${[...hops.map((hop) => hop ?? '?'), reached ? 'there' : 'never there'].join(' > ')}`;
  const wrong = paths.filter(
    ({ hops, reached }) =>
      !reached || hops.includes(null) || !hops.some((hop) => hop !== null && sameAddress(hop, router)),
  );
  if (wrong.length > 0) return failed(name, `not every hop told: ${wrong.map(shown).join('; ')}`, []);
  return passed(name, paths.map(shown).join('; '), { longestHops: Math.max(...paths.map(({ hops }) => hops.length)) });
}

/** Both sides of every connection of an address have told how large a segment they take, and no larger one than the LAN does. */
export function segmentSizesTold(
  rule: {
    readonly packets: readonly PacketEvent[];
    readonly dropped: number;
    readonly address: string;
    readonly largest: number;
  },
  { name }: CheckContext,
): CheckResult {
  const { packets, address, largest } = rule;
  const told = (flags: string, side: (packet: PacketEvent) => string): (number | null)[] =>
    packets
      .filter((packet) => packet.tcpFlags === flags && sameAddress(side(packet), address))
      .map(({ maxSegment }) => maxSegment ?? null);
  const asked = told('S', ({ src }) => src);
  const answered = told('SA', ({ dst }) => dst);
  if (rule.dropped > 0) return unknown(name, `the capture lost ${rule.dropped} packets`);
  if (asked.length === 0 || answered.length === 0)
    return unknown(name, `the capture saw ${asked.length} SYN and ${answered.length} SYN-ACK of ${address}`);
  const all = [...asked, ...answered];
  const wrong = all.filter((bytes) => bytes === null || bytes > largest);
  if (wrong.length > 0)
    return failed(name, `${wrong.length} of ${all.length} told none, or more than ${largest}: ${wrong.join(', ')}`, []);
  const [syn, synAck] = [asked, answered].map((sizes) => Math.min(...sizes.map(Number))) as [number, number];
  return passed(name, `${syn} bytes in SYN, ${synAck} in SYN-ACK`, { synBytes: syn, synAckBytes: synAck });
}

/** Every datagram that left as the address had the traffic class, and options where it should. */
export function headersKept(
  rule: {
    readonly packets: readonly PacketEvent[];
    readonly dropped: number;
    readonly address: string;
    readonly trafficClass: number;
    readonly hasOptions: boolean;
    /** Datagrams that were sent. */
    readonly atLeast: number;
  },
  { name }: CheckContext,
): CheckResult {
  const left = rule.packets.filter(({ protocol, src }) => protocol === 'udp' && sameAddress(src, rule.address));
  const wrong = left.filter(
    ({ trafficClass = 0, hasOptions = false }) => trafficClass !== rule.trafficClass || hasOptions !== rule.hasOptions,
  );
  const [first] = wrong;
  if (first !== undefined) {
    const has = `traffic class ${first.trafficClass ?? 0} and ${first.hasOptions === true ? '' : 'no '}options`;
    return failed(name, `${wrong.length} of ${left.length} datagrams had others, e.g. ${has}`, []);
  }
  if (rule.dropped > 0) return unknown(name, `the capture lost ${rule.dropped} packets`);
  if (left.length < rule.atLeast)
    return unknown(name, `the capture saw ${left.length} datagrams, fewer than the ${rule.atLeast} that were sent`);
  return passed(name, `${left.length} of ${left.length} datagrams`);
}

/** Of TCP segments that were made by hand: those that got out had the address, and those that must get out did. */
export function segmentsOnlyAs(
  rule: {
    readonly packets: readonly PacketEvent[];
    readonly dropped: number;
    /** Ports of the witness that they were sent to. */
    readonly ports: ReadonlySet<number>;
    readonly address: string;
    /** Their names (of numbers in a report), the flags (letters of FSRPAU) that tell them apart, and whether they must get out. */
    readonly kinds: readonly { readonly name: string; readonly flags: string; readonly isWanted: boolean }[];
  },
  { name }: CheckContext,
): CheckResult {
  const { address, kinds } = rule;
  const sent = rule.packets.filter(({ protocol, dport }) => protocol === 'tcp' && rule.ports.has(dport ?? 0));
  const wrong = sent.filter(({ src }) => !sameAddress(src, address));
  const [first] = wrong;
  if (first !== undefined)
    return failed(
      name,
      `${wrong.length} of ${sent.length} segments left as another, e.g. ${first.src} (flags ${first.tcpFlags ?? 'none'})`,
      [],
    );
  if (rule.dropped > 0) return unknown(name, `the capture lost ${rule.dropped} packets`);
  const counts = kinds.map((kind) => ({
    ...kind,
    count: sent.filter(({ tcpFlags = '' }) => tcpFlags === kind.flags).length,
  }));
  const missing = counts.filter(({ count, isWanted }) => isWanted && count === 0);
  if (missing.length > 0) return failed(name, `${missing.map((one) => one.name).join(', ')}: did not get out`, []);
  const shown = counts.map((one) => `${one.name} ${one.count === 0 ? 'held back' : 'left'}`).join(', ');
  return passed(name, shown, Object.fromEntries(counts.map((one) => [one.name, one.count])));
}
