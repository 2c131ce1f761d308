import { expect, test } from 'vitest';
import { wholeQuantity } from './quantity.ts';

test.each([
  ['500k', 500_000n],
  ['0.5M', 500_000n],
  ['2.5M', 2_500_000n],
  ['.5M', 500_000n],
  ['1.M', 1_000_000n],
  ['100', 100n],
  ['1Gi', 1_073_741_824n],
  ['0.5Ki', 512n],
  ['1e3', 1_000n],
  ['1E3', 1_000n],
  ['1E', 1_000_000_000_000_000_000n],
  ['25e-1', 2n],
  ['1500m', 1n],
  ['9.999999999999999999E', 9_999_999_999_999_999_999n],
  ['+10M', 10_000_000n],
  ['0', 0n],
])('%s is %d', (text, value) => {
  expect(wholeQuantity(text)).toBe(value);
});

test.each(['', '.', 'M', '1MB', '1 M', '-1M', '0x10', '1e'])('%j is no quantity of bits', (text) => {
  expect(wholeQuantity(text)).toBeNull();
});

test('the division comes before the rounding', () => {
  expect(wholeQuantity('0.5M', 8)).toBe(62_500n);
  expect(wholeQuantity('8500m', 8)).toBe(1n);
});
