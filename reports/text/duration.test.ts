import { expect, test } from 'vitest';
import { describeDuration } from './duration.ts';

test.each([
  [0, '0 ms'],
  [812.4, '812 ms'],
  [999.6, '1.0 s'],
  [1_250, '1.3 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 0 s'],
  [125_400, '2 min 5 s'],
])('%d ms is told as %s', (milliseconds, text) => {
  expect(describeDuration(milliseconds)).toBe(text);
});
