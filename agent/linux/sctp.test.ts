import { expect, test } from 'vitest';
import { crc32c, decodeData, decodeInitiation, decodeSctp, encodeData, encodeInitiation, encodeSctp } from './sctp.ts';

test('the checksum is CRC32c', () => {
  // The check value of the catalogue of parametrised CRC algorithms for CRC-32/ISCSI.
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

const initiation = { tag: 0x01020304, tsn: 7, cookie: Buffer.from('cookie') };
const packet = {
  sport: 50_000,
  dport: 20_000,
  tag: 0xfffffff0,
  chunks: [
    { type: 'initAck', value: encodeInitiation(initiation) },
    { type: 'data', value: encodeData(9, Buffer.from('hello')) },
  ],
} as const;

test('a packet there and back', () => {
  const decoded = decodeSctp(encodeSctp(packet));
  expect(decoded).toEqual(packet);
  expect(decodeInitiation(decoded?.chunks[0]?.value ?? Buffer.alloc(0))).toEqual(initiation);
  expect(decodeData(decoded?.chunks[1]?.value ?? Buffer.alloc(0))).toEqual({ tsn: 9, data: Buffer.from('hello') });
});

test('chunks are padded to four bytes', () => {
  expect(encodeSctp(packet).length % 4).toBe(0);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a wrong checksum', Buffer.concat([encodeSctp(packet).subarray(0, -1), Buffer.from('x')])],
  ['a chunk that is longer than the packet', cut(encodeSctp(packet))],
])('no packet: %s', (_what, bytes) => {
  expect(decodeSctp(bytes)).toBeNull();
});

/** Cut in the middle of a chunk, with the checksum of what is left. */
function cut(bytes: Buffer): Buffer {
  const short = Buffer.from(bytes.subarray(0, bytes.length - 8));
  short.writeUInt32LE(0, 8);
  short.writeUInt32LE(crc32c(short), 8);
  return short;
}

test.each([
  ['an INIT cut short', () => decodeInitiation(Buffer.alloc(15))],
  ['a parameter cut short', () => decodeInitiation(encodeInitiation(initiation).subarray(0, 22))],
  ['a DATA chunk cut short', () => decodeData(Buffer.alloc(11))],
])('%s', (_what, decode) => {
  expect(decode()).toBeNull();
});
