import { expect, test } from 'vitest';
import { checksum, decodeIcmp, encodeEcho, sourcePortOf, type IcmpError } from './icmp.ts';
import type { IpFamily } from './sockets.ts';

test.each<[IpFamily, 'echo request' | 'echo reply', string]>([
  // The checksum was worked out by hand: 0800 + 1234 + 0007 + 6869 = 82a4, inverted.
  [4, 'echo request', '08007d5b123400076869'],
  [4, 'echo reply', '0000855b123400076869'],
  [6, 'echo request', '80000000123400076869'],
  [6, 'echo reply', '81000000123400076869'],
])('IPv%i: an %s there and back', (family, kind, hex) => {
  const echo = { kind, id: 0x1234, seq: 7, data: Buffer.from('hi') };
  expect(encodeEcho(family, echo).toString('hex')).toBe(hex);
  expect(decodeIcmp(family, Buffer.from(hex, 'hex'))).toEqual(echo);
});

test.each<[string, IpFamily, string, object | null]>([
  ['port unreachable', 4, '0303000000000000aabb', { kind: 'unreachable', code: 3 }],
  ['fragmentation needed', 4, '0304000000000514aabb', { kind: 'too big', mtu: 1300 }],
  ['time exceeded', 4, '0b00000000000000aabb', { kind: 'time exceeded' }],
  ['port unreachable', 6, '0104000000000000aabb', { kind: 'unreachable', code: 4 }],
  ['packet too big', 6, '0200000000000514aabb', { kind: 'too big', mtu: 1300 }],
  ['time exceeded', 6, '0300000000000000aabb', { kind: 'time exceeded' }],
  ['neighbour solicitation', 6, '8700000000000000', null],
  ['timestamp', 4, '0d00000000000000', null],
  ['cut short', 4, '0800', null],
])('%s (IPv%i)', (_what, family, hex, expected) => {
  const decoded = decodeIcmp(family, Buffer.from(hex, 'hex'));
  if (expected === null) expect(decoded).toBeNull();
  else expect(decoded).toMatchObject({ ...expected, about: Buffer.from('aabb', 'hex') });
});

test('a message with its checksum sums up to nothing', () => {
  const data = Buffer.from('an odd number of bytes.');
  const message = encodeEcho(4, { kind: 'echo request', id: 0xffff, seq: 0xfffe, data });
  expect(checksum(message)).toBe(0);
});

test.each<[IpFamily, string, number | null]>([
  [4, `45${'00'.repeat(19)}9c401f90`, 40_000],
  [4, `46${'00'.repeat(23)}9c401f90`, 40_000],
  [6, `60${'00'.repeat(39)}9c401f90`, 40_000],
  [4, `45${'00'.repeat(19)}9c`, null],
  [4, '', null],
])('the source port of the packet that an error is about (IPv%i, %s)', (family, about, port) => {
  const error: IcmpError = { kind: 'time exceeded', code: 0, mtu: 0, about: Buffer.from(about, 'hex') };
  expect(sourcePortOf(family, error)).toBe(port);
});
