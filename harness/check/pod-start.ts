import type { PodFacts } from '../history/events.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { sameAddress } from './address.ts';
import { failed, millisAfter, passed, podColumns, unknown, type CheckContext, type CheckResult } from './violations.ts';

/** A pod whose first action was a connection, and what came of it. Times: CLOCK_MONOTONIC, microseconds. */
export interface Dial {
  readonly pod: PodFacts;
  /** Of the witness, for this pod only. */
  readonly port: number;
  /** When the API had accepted the pod. */
  readonly createdUs: number;
  /** When the harness's watch showed the pod's address: undefined while it has not. */
  readonly addressKnownUs: number | undefined;
  /** Requests that the witness answered, with the source it saw. */
  readonly arrivals: readonly { readonly source: string; readonly atUs: number }[];
}

export interface DialRule {
  readonly dials: readonly Dial[];
  /** What the wire outside showed. */
  readonly packets: readonly PacketEvent[];
  readonly dropped: number;
  /** The one source that the pod may have. */
  readonly expectedOf: (pod: PodFacts) => string;
}

/** From its first packet on, each pod was seen outside with the one address, in the capture and by the witness. */
export function dialledOnlyAs(rule: DialRule, context: CheckContext): CheckResult {
  const packetsOf = Map.groupBy(rule.packets, ({ dport }) => dport ?? 0);
  const violations = rule.dials.flatMap(({ pod, port, arrivals }) => {
    const expected = rule.expectedOf(pod);
    const packets = packetsOf.get(port) ?? [];
    const seen = [...packets.map(({ src, atUs }) => ({ source: src, atUs })), ...arrivals];
    const wrong = Map.groupBy(
      seen.filter(({ source }) => !sameAddress(source, expected)),
      ({ source }) => source,
    );
    return [...wrong].map(([source, all]) => {
      const owner = context.ownerOf?.(source);
      return {
        ...podColumns(pod),
        destination: `witness port ${port}`,
        protocol: 'tcp' as const,
        seen: source,
        ...(owner === undefined ? {} : { seenOwner: owner }),
        expected: [expected],
        count: all.length,
        of: seen.length,
        firstAtMs: millisAfter(context.startUs, Math.min(...all.map(({ atUs }) => atUs))),
      };
    });
  });
  const leaks = new Set(violations.map(({ destination }) => destination)).size;
  if (violations.length > 0) {
    const message = `${leaks} of ${rule.dials.length} pods were seen outside with another address`;
    return { ...failed(context.name, message, violations), measured: { starts: rule.dials.length, leaks } };
  }
  if (rule.dropped > 0) return unknown(context.name, `the capture lost ${rule.dropped} packets`);
  const silent = rule.dials.filter(({ port }) => !packetsOf.has(port)).length;
  if (silent > 0)
    return unknown(context.name, `of ${silent} of ${rule.dials.length} pods nothing was seen on the wire`);
  return passed(context.name, `0 of ${rule.dials.length} pods leaked`, { starts: rule.dials.length, leaks });
}

/**
 * Each pod was answered within the limit after its address was known. Measures, over all of them,
 * - rule in place: from the pod's address in a watch of the API to its first packet on the outside wire. What is held
 *   back is not on the wire, so that the pod's own dialling interval is in it: it is an upper bound;
 * - first reply: from the same moment until the witness answered.
 */
export function dialledWithin(
  rule: Pick<DialRule, 'dials' | 'packets'> & { readonly limitMs: number; readonly measured?: Record<string, number> },
  context: CheckContext,
): CheckResult {
  const firstPacket = new Map<number, number>();
  for (const { dport = 0, atUs } of rule.packets)
    firstPacket.set(dport, Math.min(firstPacket.get(dport) ?? Infinity, atUs));
  const after = ({ addressKnownUs = Infinity }: Dial, atUs: number): number =>
    Math.max(0, (atUs - addressKnownUs) / 1000);
  const ruleInPlace = rule.dials.map((dial) => after(dial, firstPacket.get(dial.port) ?? Infinity));
  const firstReply = rule.dials.map((dial) => after(dial, dial.arrivals[0]?.atUs ?? Infinity));
  const late = rule.dials.filter((dial, index) => {
    const waited = firstReply[index] ?? Infinity;
    return dial.addressKnownUs === undefined || !(waited <= rule.limitMs);
  });
  if (late.length > 0) {
    const { namespace, name } = (late[0] as Dial).pod;
    const message = `${late.length} of ${rule.dials.length} pods, ${namespace}/${name} first, were not answered within ${rule.limitMs} ms after their address was known`;
    return failed(context.name, message, []);
  }
  const measured = {
    ...statistics('ruleInPlace', ruleInPlace),
    ...statistics('firstReply', firstReply),
    ...rule.measured,
  };
  const message = Object.entries(measured).map(([key, value]) => `${key} ${value}`);
  return passed(context.name, message.join(', '), measured);
}

function statistics(name: string, values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => rounded(sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0);
  return { [`${name}P50Ms`]: at(0.5), [`${name}P99Ms`]: at(0.99), [`${name}MaxMs`]: at(1) };
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
