import { expect, test } from 'vitest';
import { parseIp } from '../../agent/linux/packet-parse.ts';
import { forgedPacket, vxlanPayload, type ForgedPacket } from './forged-packet.ts';

const base: ForgedPacket = {
  kind: 'udp',
  source: '172.16.18.131',
  sourcePort: 9000,
  host: '172.16.20.20',
  port: 20_001,
  ttl: 64,
  payload: Buffer.from('token'),
};

test('a forged packet reads as it was asked for', () => {
  expect(parseIp(forgedPacket(base))).toMatchObject({
    protocol: 'udp',
    src: '172.16.18.131',
    dst: '172.16.20.20',
    sport: 9000,
    dport: 20_001,
    length: 33,
  });
  expect(parseIp(forgedPacket({ ...base, kind: 'tcp' }))).toMatchObject({ protocol: 'tcp', tcpFlags: 'S', length: 40 });
});

test.each([
  { packet: base, ipHeader: 20 },
  { packet: { ...base, kind: 'tcp' as const }, ipHeader: 20 },
  { packet: { ...base, payload: Buffer.from('even') }, ipHeader: 20 },
  { packet: { ...base, source: 'fd00::131', host: 'fd00:20::20' }, ipHeader: 40 },
])('the checksums of $packet.kind from $packet.source are right', ({ packet, ipHeader }) => {
  const bytes = forgedPacket(packet);
  if (ipHeader === 20) expect(sum(bytes.subarray(0, 20))).toBe(0xffff);
  const addresses = ipHeader === 20 ? bytes.subarray(12, 20) : bytes.subarray(8, 40);
  const body = bytes.subarray(ipHeader);
  const protocol = packet.kind === 'udp' ? 17 : 6;
  expect(sum(Buffer.concat([addresses, Buffer.from([0, protocol, 0, body.length]), body]))).toBe(0xffff);
});

test('addresses of two IP versions in one packet are refused', () => {
  expect(() => forgedPacket({ ...base, source: 'fd00::1' })).toThrow('both must be of one IP version');
});

test('a tunnelled packet has its network identifier and its frame', () => {
  const payload = vxlanPayload(7689, '02:e5:ac:10:12:79', forgedPacket(base));
  expect(payload.subarray(0, 8).toString('hex')).toBe('08000000001e0900');
  expect(payload.subarray(8, 14).toString('hex')).toBe('02e5ac101279');
  expect(payload.readUInt16BE(20)).toBe(0x0800);
  expect(parseIp(payload.subarray(22))?.src).toBe('172.16.18.131');
});

/** The sum of 16-bit words in ones' complement: all ones where the checksum among them is right. */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    total += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    total = (total & 0xffff) + (total >> 16);
  }
  return total;
}
