import { expect, test } from 'vitest';
import { didYouMean } from './suggest.ts';

test.each([
  ['concurency', ' (did you mean concurrency?)'],
  ['KEEP', ' (did you mean keep?)'],
  ['somethingelse', ''],
])('%s%s', (word, expected) => {
  expect(didYouMean(word, ['concurrency', 'keep', 'repeat'])).toBe(expected);
});
