import { expect, test } from 'vitest';
import { addressesOf, Leases } from './leases.ts';

test.each([
  ['172.16.18.254', '172.16.19.1', ['172.16.18.254', '172.16.18.255', '172.16.19.0', '172.16.19.1']],
  ['fd00:18::fe', 'fd00:18::100', ['fd00:18::fe', 'fd00:18::ff', 'fd00:18::100']],
])('the addresses from %s to %s', (first, last, all) => {
  expect(addressesOf({ first, last })).toEqual(all);
});

test.each([
  ['172.16.18.2', '172.16.18.1'],
  ['172.16.18.1', 'fd00::1'],
])('%s to %s is no range', (first, last) => {
  expect(() => addressesOf({ first, last })).toThrow('is no range of addresses');
});

test('what was given back comes last', () => {
  const leases = new Leases('letter', ['a', 'b']);
  leases.release(leases.take());
  expect([leases.take(), leases.take()]).toEqual(['b', 'a']);
  expect(() => leases.take()).toThrow('no free letter: all 2 are in use');
});
