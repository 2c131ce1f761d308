import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { memberOf } from './address.ts';
import { failed, passed, unknown, type CheckContext, type CheckResult } from './violations.ts';

/** Nobody on a link has asked, by ARP or Neighbour Discovery, for an address of these networks. */
export function nobodyAskedFor(
  rule: {
    readonly packets: readonly PacketEvent[];
    /** Packets that the kernel could not give to the capture. */
    readonly dropped: number;
    readonly cidrs: readonly string[];
    /** Questions and answers about other addresses that were made, so that a deaf capture does not pass. */
    readonly atLeast: number;
  },
  context: CheckContext,
): CheckResult {
  const isMember = memberOf(rule.cidrs);
  const asked = rule.packets.filter(({ protocol }) => protocol === 'arp' || protocol === 'nd');
  const wrong = asked.filter(({ dst }) => isMember(dst));
  const [first] = wrong;
  if (first !== undefined) {
    const message = `${wrong.length} of ${asked.length} questions were about ${rule.cidrs.join(', ')}, e.g. of ${first.src} for ${first.dst}`;
    return failed(context.name, message, []);
  }
  if (rule.dropped > 0) return unknown(context.name, `the capture lost ${rule.dropped} packets`);
  if (asked.length < rule.atLeast)
    return unknown(context.name, `the capture saw ${asked.length} packets of ARP, fewer than the ${rule.atLeast} made`);
  return passed(context.name, `none of ${asked.length} questions and answers`);
}
