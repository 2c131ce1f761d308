import { decodeIcmp } from './icmp.ts';
import { ipText } from './ip-bytes.ts';
import type { IpFamily } from './sockets.ts';

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
  /** Of a TCP SYN: the largest segment its sender can take, bytes; null otherwise. */
  readonly maxSegment: number | null;
  /** Of an ICMP echo: its identifier and data. The data is the frame's own memory. */
  readonly echo: { readonly id: number; readonly data: Buffer } | null;
  /** The address that a Neighbour Solicitation asks for or a Neighbour Advertisement speaks of; null otherwise. */
  readonly target: string | null;
  /** Time to live or hop limit; 0 for ARP. */
  readonly ttl: number;
  /** DSCP and ECN: the TOS octet or traffic class (RFC 2474, RFC 3168); 0 for ARP. */
  readonly trafficClass: number;
  /** An IPv4 header longer than 20 bytes, or IPv6 extension headers other than that of a fragment. */
  readonly hasOptions: boolean;
  /** One of several parts of a larger packet. */
  readonly isFragment: boolean;
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
        ...none,
        ttl: 0,
        trafficClass: 0,
        hasOptions: false,
        isFragment: false,
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
  const fragment = packet.readUInt16BE(6) & 0x3fff;
  const laterFragment = (fragment & 0x1fff) !== 0;
  return {
    ...parsePayload(4, packet.readUInt8(9), laterFragment ? null : packet.subarray(headerBytes)),
    ttl: packet.readUInt8(8),
    trafficClass: packet.readUInt8(1),
    hasOptions: headerBytes > 20,
    isFragment: fragment !== 0,
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
  let hasOptions = false;
  let isFragment = false;
  let laterFragment = false;
  while ([HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION].includes(next) && !laterFragment && packet.length >= offset + 8) {
    if (next === FRAGMENT) {
      isFragment = true;
      laterFragment = packet.readUInt16BE(offset + 2) >> 3 !== 0;
    }
    hasOptions ||= next !== FRAGMENT;
    const length = next === FRAGMENT ? 8 : (packet.readUInt8(offset + 1) + 1) * 8;
    next = packet.readUInt8(offset);
    offset += length;
  }
  return {
    ...parsePayload(6, next, laterFragment ? null : packet.subarray(offset)),
    ttl: packet.readUInt8(7),
    trafficClass: (packet.readUInt16BE(0) >> 4) & 0xff,
    hasOptions,
    isFragment,
    src: ipText(packet.subarray(8, 24)),
    dst: ipText(packet.subarray(24, 40)),
    length: packet.readUInt16BE(4) + 40,
  };
}

type Payload = Pick<PacketHeaders, 'protocol' | 'sport' | 'dport' | 'tcpFlags' | 'maxSegment' | 'echo' | 'target'>;
const none = { sport: null, dport: null, tcpFlags: '', maxSegment: null, echo: null, target: null };

/** `payload` begins with the header of the protocol; null in later fragments, which do not have it. */
function parsePayload(family: IpFamily, number: number, payload: Buffer | null): Payload {
  const protocol = protocols[number] ?? 'other';
  if (payload === null || payload.length < 4) return { protocol, ...none };
  switch (protocol) {
    case 'tcp':
    case 'udp':
    case 'sctp': {
      const ports = { sport: payload.readUInt16BE(0), dport: payload.readUInt16BE(2) };
      return { protocol, ...none, ...ports, ...(protocol === 'tcp' ? parseTcp(payload) : {}) };
    }
    case 'icmp':
    case 'icmp6': {
      const type = payload.readUInt8(0);
      if (protocol === 'icmp6' && type >= 133 && type <= 137) {
        const hasTarget = (type === 135 || type === 136) && payload.length >= 24;
        return { protocol: 'nd', ...none, target: hasTarget ? ipText(payload.subarray(8, 24)) : null };
      }
      const message = decodeIcmp(family, payload);
      return { protocol, ...none, echo: message !== null && 'id' in message ? message : null };
    }
    default:
      return { protocol, ...none };
  }
}

/** Option kinds of RFC 9293, section 3.2. */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAX_SEGMENT = 2;

function parseTcp(header: Buffer): Pick<PacketHeaders, 'tcpFlags' | 'maxSegment'> {
  if (header.length < 20) return { tcpFlags: '', maxSegment: null };
  const flags = header.readUInt8(13);
  const tcpFlags = FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join('');
  const end = Math.min((header.readUInt8(12) >> 4) * 4, header.length);
  for (let at = 20; at + 3 < end;) {
    const kind = header.readUInt8(at);
    if (kind === MAX_SEGMENT) return { tcpFlags, maxSegment: header.readUInt16BE(at + 2) };
    if (kind === END_OF_OPTIONS) break;
    at += kind === NO_OPERATION ? 1 : Math.max(2, header.readUInt8(at + 1));
  }
  return { tcpFlags, maxSegment: null };
}

const mac = (bytes: Buffer, offset: number): string =>
  bytes.toString('hex', offset, offset + 6).replace(/(..)(?!$)/g, '$1:');
