/** Headers of a frame, as far as a witness of addresses needs them. */
export interface PacketHeaders {
  readonly srcMac: string;
  readonly dstMac: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'arp' | 'other';
  /** For ARP the sender's and the target's protocol address. */
  readonly src: string;
  readonly dst: string;
  /** TCP and UDP only, and not in later fragments. */
  readonly sport: number | null;
  readonly dport: number | null;
  /** Letters of the TCP flags that are set, of FSRPAU; '' otherwise. */
  readonly tcpFlags: string;
  /** Length of the IP packet (ARP: of the frame), bytes. */
  readonly length: number;
}

const ETHERNET_BYTES = 14;
const FLAGS = ['F', 'S', 'R', 'P', 'A', 'U'];
const protocols: Readonly<Record<number, PacketHeaders['protocol']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };

/** IPv4 (RFC 791) and ARP (RFC 826) in Ethernet; null for anything else and for what is cut short. */
export function parseFrame(frame: Buffer): PacketHeaders | null {
  if (frame.length < ETHERNET_BYTES) return null;
  const macs = { dstMac: mac(frame, 0), srcMac: mac(frame, 6) };
  switch (frame.readUInt16BE(12)) {
    case 0x0800: {
      const headers = parseIpv4(frame.subarray(ETHERNET_BYTES));
      return headers && { ...macs, ...headers };
    }
    case 0x0806:
      if (frame.length < 42) return null;
      return {
        ...macs,
        protocol: 'arp',
        src: ipv4(frame, 28),
        dst: ipv4(frame, 38),
        sport: null,
        dport: null,
        tcpFlags: '',
        length: frame.length,
      };
    default:
      return null;
  }
}

export type IpHeaders = Omit<PacketHeaders, 'srcMac' | 'dstMac'>;

export function parseIpv4(packet: Buffer): IpHeaders | null {
  if (packet.length < 20 || packet.readUInt8(0) >> 4 !== 4) return null;
  const headerBytes = (packet.readUInt8(0) & 0x0f) * 4;
  const protocol = protocols[packet.readUInt8(9)] ?? 'other';
  const laterFragment = (packet.readUInt16BE(6) & 0x1fff) !== 0;
  const hasPorts = (protocol === 'tcp' || protocol === 'udp') && !laterFragment && packet.length >= headerBytes + 4;
  const flags =
    protocol === 'tcp' && hasPorts && packet.length >= headerBytes + 14 ? packet.readUInt8(headerBytes + 13) : 0;
  return {
    protocol,
    src: ipv4(packet, 12),
    dst: ipv4(packet, 16),
    sport: hasPorts ? packet.readUInt16BE(headerBytes) : null,
    dport: hasPorts ? packet.readUInt16BE(headerBytes + 2) : null,
    tcpFlags: FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(''),
    length: packet.readUInt16BE(2),
  };
}

const ipv4 = (bytes: Buffer, offset: number): string =>
  `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
const mac = (bytes: Buffer, offset: number): string =>
  bytes.toString('hex', offset, offset + 6).replace(/(..)(?!$)/g, '$1:');
