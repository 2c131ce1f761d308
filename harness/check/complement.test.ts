import { expect, test } from 'vitest';
import { complementOf } from './complement.ts';

test.each([
  { of: ['0.0.0.0/0'], is: [] },
  { of: ['128.0.0.0/1'], is: ['0.0.0.0/1'] },
  { of: ['64.0.0.0/2', '128.0.0.0/1'], is: ['0.0.0.0/2'] },
  { of: ['::/1'], is: ['8000::/1'] },
  { of: [], is: [] },
])('all but $of is $is', ({ of, is }) => {
  expect(complementOf(of)).toEqual(is);
});

test('all but one address, and all but all but that', () => {
  const others = complementOf(['192.0.2.1/32']);
  expect(others).toHaveLength(32);
  expect(complementOf(others)).toEqual(['192.0.2.1/32']);
});

test('what is no CIDR', () => {
  expect(() => complementOf(['192.0.2.1'])).toThrow('192.0.2.1 is no CIDR');
});
