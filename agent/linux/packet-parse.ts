import { ipText } from './ip-bytes.ts';

/** Headers of a frame, as far as a witness of addresses needs them. */
export interface PacketHeaders {
  readonly srcMac: string;
  readonly dstMac: string;
  /** `nd`: Neighbour Discovery and Router Discovery (RFC 4861), which belong to the link. */
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp' | 'icmp6' | 'nd' | 'arp' | 'other';
  /** For ARP the sender's and the target's protocol address. */
  readonly src: string;
  readonly dst: string;
  /** TCP, UDP and SCTP only, and not in later fragments. */
  readonly sport: number | null;
  readonly dport: number | null;
  /** Letters of the TCP flags that are set, of FSRPAU; '' otherwise. */
  readonly tcpFlags: string;
  /** The address that a Neighbour Solicitation asks for or a Neighbour Advertisement speaks of; null otherwise. */
  readonly target: string | null;
  /** Length of the IP packet (ARP: of the frame), bytes. */
  readonly length: number;
}

const ETHERNET_BYTES = 14;
const FLAGS = ['F', 'S', 'R', 'P', 'A', 'U'];
const protocols: Readonly<Record<number, PacketHeaders['protocol']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp6',
  132: 'sctp',
};

/** IPv4 (RFC 791), IPv6 (RFC 8200) and ARP (RFC 826) in Ethernet; null for anything else and for what is cut short. */
export function parseFrame(frame: Buffer): PacketHeaders | null {
  if (frame.length < ETHERNET_BYTES) return null;
  const macs = { dstMac: mac(frame, 0), srcMac: mac(frame, 6) };
  switch (frame.readUInt16BE(12)) {
    case 0x0800:
    case 0x86dd: {
      const headers = parseIp(frame.subarray(ETHERNET_BYTES));
      return headers && { ...macs, ...headers };
    }
    case 0x0806:
      if (frame.length < 42) return null;
      return {
        ...macs,
        protocol: 'arp',
        src: ipText(frame.subarray(28, 32)),
        dst: ipText(frame.subarray(38, 42)),
        sport: null,
        dport: null,
        tcpFlags: '',
        target: null,
        length: frame.length,
      };
    default:
      return null;
  }
}

export type IpHeaders = Omit<PacketHeaders, 'srcMac' | 'dstMac'>;

/** An IP packet of either version; null for what is neither or cut short. */
export function parseIp(packet: Buffer): IpHeaders | null {
  const version = packet.length === 0 ? 0 : packet.readUInt8(0) >> 4;
  if (version === 4 && packet.length >= 20) return parseIpv4(packet);
  return version === 6 && packet.length >= 40 ? parseIpv6(packet) : null;
}

function parseIpv4(packet: Buffer): IpHeaders {
  const headerBytes = (packet.readUInt8(0) & 0x0f) * 4;
  const laterFragment = (packet.readUInt16BE(6) & 0x1fff) !== 0;
  return {
    ...parsePayload(packet.readUInt8(9), laterFragment ? null : packet.subarray(headerBytes)),
    src: ipText(packet.subarray(12, 16)),
    dst: ipText(packet.subarray(16, 20)),
    length: packet.readUInt16BE(2),
  };
}

/** Extension headers that come before the payload: hop-by-hop, routing, fragment, destination options (RFC 8200, section 4). */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;

function parseIpv6(packet: Buffer): IpHeaders {
  let next = packet.readUInt8(6);
  let offset = 40;
  let laterFragment = false;
  while ([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION].includes(next) && !laterFragment && packet.length >= offset + 8) {
    if (next === FRAGMENT) laterFragment = packet.readUInt16BE(offset + 2) >> 3 !== 0;
    const length = next === FRAGMENT ? 8 : (packet.readUInt8(offset + 1) + 1) * 8;
    next = packet.readUInt8(offset);
    offset += length;
  }
  return {
    ...parsePayload(next, laterFragment ? null : packet.subarray(offset)),
    src: ipText(packet.subarray(8, 24)),
    dst: ipText(packet.subarray(24, 40)),
    length: packet.readUInt16BE(4) + 40,
  };
}

/** `payload` begins with the header of the protocol; null in later fragments, which do not have it. */
function parsePayload(number: number, payload: Buffer | null): Omit<IpHeaders, 'src' | 'dst' | 'length'> {
  const protocol = protocols[number] ?? 'other';
  const none = { sport: null, dport: null, tcpFlags: '', target: null };
  if (payload === null || payload.length < 4) return { protocol, ...none };
  switch (protocol) {
    case 'tcp':
    case 'udp':
    case 'sctp': {
      const flags = protocol === 'tcp' && payload.length >= 14 ? payload.readUInt8(13) : 0;
      const tcpFlags = FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join('');
      return { protocol, ...none, sport: payload.readUInt16BE(0), dport: payload.readUInt16BE(2), tcpFlags };
    }
    case 'icmp6': {
      const type = payload.readUInt8(0);
      if (type < 133 || type > 137) return { protocol, ...none };
      const hasTarget = (type === 135 || type === 136) && payload.length >= 24;
      return { protocol: 'nd', ...none, target: hasTarget ? ipText(payload.subarray(8, 24)) : null };
    }
    default:
      return { protocol, ...none };
  }
}

const mac = (bytes: Buffer, offset: number): string =>
  bytes.toString('hex', offset, offset + 6).replace(/(..)(?!$)/g, '$1:');
