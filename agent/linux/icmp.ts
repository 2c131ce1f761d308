import type { IpFamily } from './sockets.ts';

/** Protocol numbers, IANA. */
export const icmpProtocol: Readonly<Record<IpFamily, number>> = { 4: 1, 6: 58 };

/** RFC 792 and RFC 4443. */
const types = {
  4: { echoRequest: 8, echoReply: 0, unreachable: 3, timeExceeded: 11, tooBig: null },
  6: { echoRequest: 128, echoReply: 129, unreachable: 1, timeExceeded: 3, tooBig: 2 },
} as const;

export interface Echo {
  readonly kind: 'echo request' | 'echo reply';
  readonly id: number;
  readonly seq: number;
  readonly data: Buffer;
}

/** An ICMP error, with the beginning of the packet it is about. */
export interface IcmpError {
  readonly kind: 'unreachable' | 'time exceeded' | 'too big';
  readonly code: number;
  /** Of `too big`: the MTU of the next hop, bytes; 0 where a router does not tell it. */
  readonly mtu: number;
  readonly about: Buffer;
}

const HEADER_BYTES = 8;
/** Code of an IPv4 "destination unreachable" that says: fragmentation needed (RFC 1191). */
const FRAGMENTATION_NEEDED = 4;

/** An ICMP message. The checksum of ICMPv6 covers the addresses and is left to the kernel, raw(7). */
export function encodeEcho(family: IpFamily, { kind, id, seq, data }: Echo): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + data.length);
  message.writeUInt8(types[family][kind === 'echo request' ? 'echoRequest' : 'echoReply'], 0);
  message.writeUInt16BE(id, 4);
  message.writeUInt16BE(seq, 6);
  data.copy(message, HEADER_BYTES);
  if (family === 4) message.writeUInt16BE(checksum(message), 2);
  return message;
}

/** An echo or an error; null for every other message and what is cut short. */
export function decodeIcmp(family: IpFamily, message: Buffer): Echo | IcmpError | null {
  if (message.length < HEADER_BYTES) return null;
  const type = message.readUInt8(0);
  const code = message.readUInt8(1);
  const names = types[family];
  const rest = message.subarray(HEADER_BYTES);
  const error = (kind: IcmpError['kind'], mtu = 0): IcmpError => ({ kind, code, mtu, about: rest });
  switch (type) {
    case names.echoRequest:
    case names.echoReply: {
      const kind = type === names.echoRequest ? 'echo request' : 'echo reply';
      return { kind, id: message.readUInt16BE(4), seq: message.readUInt16BE(6), data: rest };
    }
    case names.timeExceeded:
      return error('time exceeded');
    case names.tooBig:
      return error('too big', message.readUInt32BE(4));
    case names.unreachable: {
      const isTooBig = family === 4 && code === FRAGMENTATION_NEEDED;
      return isTooBig ? error('too big', message.readUInt16BE(6)) : error('unreachable');
    }
    default:
      return null;
  }
}

/** The source port of the UDP or TCP packet that an error is about; null where that is cut short. */
export function sourcePortOf(family: IpFamily, { about }: IcmpError): number | null {
  const headerBytes = family === 6 ? 40 : ((about[0] ?? 0) & 0x0f) * 4;
  return about.length < headerBytes + 2 ? null : about.readUInt16BE(headerBytes);
}

/** The Internet checksum (RFC 1071) of bytes whose checksum field is 0. */
export function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
