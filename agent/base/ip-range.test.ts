import { expect, test } from 'vitest';
import { addressNumber, addressRange, addressText, cidrRange, rangeContains, rangeSize } from './ip-range.ts';

test.each([
  { cidr: '172.16.18.128/30', size: 4n, first: '172.16.18.128' },
  { cidr: '172.16.18.130/30', size: 4n, first: '172.16.18.128' },
  { cidr: '10.0.0.1/32', size: 1n, first: '10.0.0.1' },
  { cidr: '2021:1::aaa0/124', size: 16n, first: '2021:1::aaa0' },
])('$cidr has $size addresses from $first', ({ cidr, size, first }) => {
  const range = cidrRange(cidr);
  if (!range) throw new Error('not parsed');
  expect(rangeSize(range)).toBe(size);
  expect(addressText(range.family, range.first)).toBe(first);
});

test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/8/8', '10.0.0.0/08', 'x/8', '10.0.0.0/', ''])(
  '%j is no CIDR',
  (cidr) => {
    expect(cidrRange(cidr)).toBeNull();
  },
);

test('IPv6 addresses are equal however they are written', () => {
  expect(addressNumber('2001:db8:0:0::1')).toEqual(addressNumber('2001:DB8::1'));
  expect(addressNumber('fe80::1%eth0')).toBeNull();
});

test('a range refuses two families and a wrong order', () => {
  expect(addressRange('10.0.0.1', '::1')).toBeNull();
  expect(addressRange('10.0.0.2', '10.0.0.1')).toBeNull();
  const range = addressRange('10.0.0.1', '10.0.0.2');
  expect(
    range && [rangeContains(range, '10.0.0.2'), rangeContains(range, '10.0.0.3'), rangeContains(range, '::1')],
  ).toEqual([true, false, false]);
});
