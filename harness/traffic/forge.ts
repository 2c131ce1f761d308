import { familyOf, type Sockets } from '../../agent/linux/sockets.ts';
import { forgedPacket, vxlanPayload, type ForgedPacket } from './forged-packet.ts';
import type { ForgeCommand } from './protocol.ts';

/** Sends only, and takes packets with the IP header (linux/in.h). */
const IPPROTO_RAW = 255;

/** Sends each of the packets; the kernel routes it by its destination. Resolves with how many were sent. */
export function sendForged(sockets: Sockets, { packets }: ForgeCommand): number {
  using raw = sockets.open({ family: familyOf(packets[0]?.host ?? ''), type: 'raw', protocol: IPPROTO_RAW });
  for (const { token, tunnel, ...packet } of packets) {
    const inner: ForgedPacket = { ...packet, payload: Buffer.from(token) };
    if (tunnel === undefined) {
      raw.send(forgedPacket(inner), packet);
      continue;
    }
    const { vni, mac, ...outer } = tunnel;
    const payload = vxlanPayload(vni, mac, forgedPacket(inner));
    raw.send(forgedPacket({ kind: 'udp', ...outer, payload }), outer);
  }
  return packets.length;
}
