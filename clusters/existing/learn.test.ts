import { expect, test } from 'vitest';
import { covering } from './learn.ts';

test.each([
  [['10.244.0.0/24', '10.244.1.0/24'], '10.244.0.0/23'],
  [['10.244.1.0/24', '10.244.2.0/24'], '10.244.0.0/22'],
  [['10.1.0.0/16'], '10.1.0.0/16'],
  [['10.1.0.0/24', '192.168.0.0/24'], '0.0.0.0/0'],
  [[], null],
])('%o is covered by %s', (cidrs, expected) => {
  expect(covering(cidrs)).toBe(expected);
});
