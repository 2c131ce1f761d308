import { ipBytes } from '../../agent/linux/ip-bytes.ts';

export const forgedKinds = ['udp', 'tcp'] as const;
export type ForgedKind = (typeof forgedKinds)[number];

/** A packet of which everything is the sender's choice. */
export interface ForgedPacket {
  readonly kind: ForgedKind;
  readonly source: string;
  readonly sourcePort: number;
  readonly host: string;
  readonly port: number;
  /** Of the IP header, 1 to 255. */
  readonly ttl: number;
  /** Of a UDP datagram; a TCP packet is a SYN without data. */
  readonly payload: Buffer;
}

const protocolNumbers: Readonly<Record<ForgedKind, number>> = { tcp: 6, udp: 17 };

/** The packet as it is on the wire, of the IP version of its addresses. */
export function forgedPacket(packet: ForgedPacket): Buffer {
  const [source, destination] = [ipBytes(packet.source), ipBytes(packet.host)];
  if (source.length !== destination.length)
    throw new RangeError(`a packet from ${packet.source} to ${packet.host}: both must be of one IP version`);
  const protocol = protocolNumbers[packet.kind];
  const body = packet.kind === 'udp' ? datagram(packet) : synSegment(packet);
  const pseudoHeader = Buffer.concat([source, destination, Buffer.from([0, protocol, 0, 0])]);
  pseudoHeader.writeUInt16BE(body.length, pseudoHeader.length - 2);
  body.writeUInt16BE(checksum(Buffer.concat([pseudoHeader, body])), packet.kind === 'udp' ? 6 : 16);
  return Buffer.concat([
    source.length === 4
      ? ipv4Header(source, destination, protocol, packet.ttl, body.length)
      : ipv6Header(source, destination, protocol, packet.ttl, body.length),
    body,
  ]);
}

/** A VXLAN datagram's contents (RFC 7348): the packet in an Ethernet frame to this MAC address. */
export function vxlanPayload(vni: number, mac: string, packet: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x08, 0);
  header.writeUIntBE(vni, 4, 3);
  const ethernet = Buffer.alloc(14);
  Buffer.from(mac.replaceAll(':', ''), 'hex').copy(ethernet, 0);
  Buffer.from([0x02, 0, 0, 0, 0, 0x66]).copy(ethernet, 6);
  ethernet.writeUInt16BE(packet.readUInt8(0) >> 4 === 4 ? 0x0800 : 0x86dd, 12);
  return Buffer.concat([header, ethernet, packet]);
}

function datagram({ sourcePort, port, payload }: ForgedPacket): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
}

function synSegment({ sourcePort, port }: ForgedPacket): Buffer {
  const segment = Buffer.alloc(20);
  segment.writeUInt16BE(sourcePort, 0);
  segment.writeUInt16BE(port, 2);
  segment.writeUInt32BE(1, 4);
  segment.writeUInt8(5 << 4, 12);
  segment.writeUInt8(0x02, 13);
  segment.writeUInt16BE(64_240, 14);
  return segment;
}

function ipv4Header(source: Buffer, destination: Buffer, protocol: number, ttl: number, length: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + length, 2);
  header.writeUInt8(ttl, 8);
  header.writeUInt8(protocol, 9);
  source.copy(header, 12);
  destination.copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function ipv6Header(source: Buffer, destination: Buffer, protocol: number, ttl: number, length: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(ttl, 7);
  source.copy(header, 8);
  destination.copy(header, 24);
  return header;
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
