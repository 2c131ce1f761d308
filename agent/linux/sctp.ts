/** SCTP packets (RFC 9260): as much as an association needs that is set up, says one thing each way and is shut down. */

/** Protocol number, IANA. */
export const sctpProtocol = 132;

export const chunkTypes = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
} as const;
export type ChunkType = keyof typeof chunkTypes;

export interface Chunk {
  readonly type: ChunkType;
  readonly value: Buffer;
}

export interface SctpPacket {
  readonly sport: number;
  readonly dport: number;
  /** Verification tag: the one that the receiver chose. */
  readonly tag: number;
  readonly chunks: readonly Chunk[];
}

const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 4;
/** Of a DATA chunk that is a whole message by itself: beginning and end. */
const WHOLE_MESSAGE = 0x03;
const STATE_COOKIE = 7;
const padded = (length: number): number => (length + 3) & ~3;

export function encodeSctp({ sport, dport, tag, chunks }: SctpPacket): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(sport, 0);
  header.writeUInt16BE(dport, 2);
  header.writeUInt32BE(tag, 4);
  const packet = Buffer.concat([header, ...chunks.map(encodeChunk)]);
  packet.writeUInt32LE(crc32c(packet), 8);
  return packet;
}

function encodeChunk({ type, value }: Chunk): Buffer {
  const bytes = Buffer.alloc(padded(CHUNK_HEADER_BYTES + value.length));
  bytes.writeUInt8(chunkTypes[type], 0);
  bytes.writeUInt8(type === 'data' ? WHOLE_MESSAGE : 0, 1);
  bytes.writeUInt16BE(CHUNK_HEADER_BYTES + value.length, 2);
  value.copy(bytes, CHUNK_HEADER_BYTES);
  return bytes;
}

/** Null for what is cut short or has a wrong checksum; chunks of other types are left out. */
export function decodeSctp(packet: Buffer): SctpPacket | null {
  if (packet.length < HEADER_BYTES) return null;
  const blank = Buffer.from(packet);
  blank.writeUInt32LE(0, 8);
  if (crc32c(blank) !== packet.readUInt32LE(8)) return null;
  const chunks: Chunk[] = [];
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= packet.length;) {
    const length = packet.readUInt16BE(at + 2);
    if (length < CHUNK_HEADER_BYTES || at + length > packet.length) return null;
    const type = typeOf(packet.readUInt8(at));
    if (type !== undefined) chunks.push({ type, value: packet.subarray(at + CHUNK_HEADER_BYTES, at + length) });
    at += padded(length);
  }
  return { sport: packet.readUInt16BE(0), dport: packet.readUInt16BE(2), tag: packet.readUInt32BE(4), chunks };
}

const typeOf = (number: number): ChunkType | undefined =>
  (Object.keys(chunkTypes) as ChunkType[]).find((name) => chunkTypes[name] === number);

export interface Initiation {
  /** The tag that its sender wants to see in packets to it. */
  readonly tag: number;
  /** Number of its first DATA chunk. */
  readonly tsn: number;
  /** Of an INIT ACK: what the other side has to send back. */
  readonly cookie: Buffer | null;
}

/** The value of an INIT or INIT ACK: one stream each way. */
export function encodeInitiation({ tag, tsn, cookie }: Initiation): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32BE(tag, 0);
  fixed.writeUInt32BE(65_536, 4); // receiver window
  fixed.writeUInt16BE(1, 8);
  fixed.writeUInt16BE(1, 10);
  fixed.writeUInt32BE(tsn, 12);
  if (cookie === null) return fixed;
  const parameter = Buffer.alloc(padded(4 + cookie.length));
  parameter.writeUInt16BE(STATE_COOKIE, 0);
  parameter.writeUInt16BE(4 + cookie.length, 2);
  cookie.copy(parameter, 4);
  return Buffer.concat([fixed, parameter]);
}

export function decodeInitiation(value: Buffer): Initiation | null {
  if (value.length < 16) return null;
  let cookie: Buffer | null = null;
  for (let at = 16; at + 4 <= value.length;) {
    const length = value.readUInt16BE(at + 2);
    if (length < 4 || at + length > value.length) return null;
    if (value.readUInt16BE(at) === STATE_COOKIE) cookie = value.subarray(at + 4, at + length);
    at += padded(length);
  }
  return { tag: value.readUInt32BE(0), tsn: value.readUInt32BE(12), cookie };
}

/** The value of a DATA chunk on stream 0. */
export function encodeData(tsn: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32BE(tsn, 0);
  return Buffer.concat([head, data]);
}

export function decodeData(value: Buffer): { readonly tsn: number; readonly data: Buffer } | null {
  return value.length < 12 ? null : { tsn: value.readUInt32BE(0), data: value.subarray(12) };
}

/** The value of a SACK or SHUTDOWN: everything up to this DATA chunk has come. */
export function encodeReceived(type: 'sack' | 'shutdown', tsn: number): Buffer {
  const value = Buffer.alloc(type === 'sack' ? 12 : 4);
  value.writeUInt32BE(tsn, 0);
  if (type === 'sack') value.writeUInt32BE(65_536, 4);
  return value;
}

/** Castagnoli, reflected (RFC 9260, appendix A). */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

export function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
