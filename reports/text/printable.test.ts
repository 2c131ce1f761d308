import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test.each([
  ['plain text, äöü 🙂\tand tabs\n', 'plain text, äöü 🙂\tand tabs\n'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['bell\u0007 and nul\u0000', 'bell\ufffd and nul\ufffd'],
  ['half a pair \ud83d', 'half a pair \ufffd'],
  ['\ufffe', '\ufffd'],
])('%j becomes %j', (text, expected) => {
  expect(printable(text)).toBe(expected);
});
