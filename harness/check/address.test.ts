import { expect, test } from 'vitest';
import { expanded, inCidr, memberOf, sameAddress } from './address.ts';

test.each([
  ['1.1.1.1', '1.1.1.1', true],
  ['1.1.1.1', '11.1.1.1', false],
  ['1.1.1.1', '1.1.1.10', false],
  ['fd00::1', 'fd00:0:0::1', true],
  ['::ffff:10.0.0.1', '10.0.0.1', true],
  ['::1', '0.0.0.1', false],
])('%s and %s are the same address: %s', (a, b, expected) => {
  expect(sameAddress(a, b)).toBe(expected);
});

test.each([
  ['10.203.1.5', '10.203.0.0/16', true],
  ['10.204.1.5', '10.203.0.0/16', false],
  ['fd00::5', '10.203.0.0/16', false],
  ['fd00:1::5', 'fd00:1::/64', true],
])('%s is in %s: %s', (address, cidr, expected) => {
  expect(inCidr(address, cidr)).toBe(expected);
});

test('an address with all its zeros is the same one', () => {
  expect(expanded('fd00:18::131')).toBe('fd00:0018:0000:0000:0000:0000:0000:0131');
  expect(sameAddress(expanded('fd00:18::131').toUpperCase(), 'fd00:18::131')).toBe(true);
});

test('networks of both families', () => {
  const isOutside = memberOf(['172.16.20.0/24', 'fd00:20::/64']);
  const asked = ['172.16.20.20', 'fd00:20::20', 'fd00:20:0:0:1::', 'fd00:20:0:1::', '172.16.18.121', 'fe80::1'];
  for (const _again of [1, 2]) expect(asked.filter(isOutside)).toEqual(asked.slice(0, 3));
});

test('what is no address is refused', () => {
  expect(() => sameAddress('node-1', '10.0.0.1')).toThrow('Invalid IPv4 address');
});
