import type { Violation } from '../../reports/model/run-result.ts';
import type { PodFacts } from '../history/events.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { includesAddress } from './address.ts';
import { failed, millisAfter, passed, podColumns, unknown, type CheckContext, type CheckResult } from './violations.ts';

/** Somebody who sent packets with addresses that are not theirs, all to a port at the witness that is their own. */
export interface Forger {
  readonly pod: PodFacts;
  readonly port: number;
  /** What their packets may be seen as outside. */
  readonly mayBeSeenAs: readonly string[];
  /** Source port of an honest packet that was sent last and must be seen; absent where none could be. */
  readonly honestPort?: number;
}

export interface ForgeryRule {
  readonly packets: readonly PacketEvent[];
  /** Packets that the kernel could not give to the capture. */
  readonly dropped: number;
  readonly forgers: readonly Forger[];
  /** Packets with forged addresses that were sent. */
  readonly sent: number;
}

/** Nothing that the forgers sent is on the outside wire with another address than they may have. */
export function nothingForged({ packets, dropped, forgers, sent }: ForgeryRule, context: CheckContext): CheckResult {
  const arrived = forgers.flatMap((forger) =>
    packets.filter(({ dport }) => dport === forger.port).map((packet) => ({ packet, forger })),
  );
  const wrong = arrived.filter(({ packet, forger }) => !includesAddress(forger.mayBeSeenAs, packet.src));
  if (wrong.length > 0) {
    const rows = Map.groupBy(wrong, ({ packet, forger }) => [forger.port, packet.src, packet.protocol].join(' '));
    const violations = [...rows.values()].map((group): Violation => {
      const [{ packet, forger }] = group as [(typeof group)[number]];
      const owner = context.ownerOf?.(packet.src);
      return {
        ...podColumns(forger.pod),
        destination: `outside wire ${packet.dst}:${packet.dport}`,
        protocol: packet.protocol === 'tcp' || packet.protocol === 'udp' ? packet.protocol : 'other',
        seen: packet.src,
        ...(owner === undefined ? {} : { seenOwner: owner }),
        expected: [...forger.mayBeSeenAs],
        count: group.length,
        of: arrived.filter((other) => other.forger === forger).length,
        firstAtMs: millisAfter(context.startUs, packet.atUs),
      };
    });
    return failed(
      context.name,
      `${wrong.length} forged packets are outside with an address of somebody else`,
      violations,
    );
  }
  if (dropped > 0) return unknown(context.name, `the capture lost ${dropped} packets`);
  const silent = forgers.filter(
    ({ honestPort, port }) =>
      honestPort !== undefined && !packets.some(({ sport, dport }) => sport === honestPort && dport === port),
  );
  if (silent.length > 0) {
    const names = silent.map(({ pod }) => `${pod.namespace}/${pod.name}`).join(', ');
    return unknown(context.name, `not even an honest packet of ${names} was seen outside`);
  }
  return passed(context.name, `none of ${sent} forged packets`);
}
