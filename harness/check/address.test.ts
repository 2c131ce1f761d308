import { expect, test } from 'vitest';
import { inCidr, sameAddress } from './address.ts';

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

test('what is no address is refused', () => {
  expect(() => sameAddress('node-1', '10.0.0.1')).toThrow('Invalid IPv4 address');
});
