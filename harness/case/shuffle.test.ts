import { expect, test } from 'vitest';
import { shuffler } from './shuffle.ts';

const list = ['pool', 'policy', 'label', 'pods'];

test('a seed gives the same orders each time, another one others', () => {
  const orders = (seed: number): string[] => {
    const shuffled = shuffler(seed);
    return Array.from({ length: 20 }, () => shuffled(list).join());
  };
  expect(orders(1)).toEqual(orders(1));
  expect(orders(1)).not.toEqual(orders(2));
});

test('every order comes, and has everything once', () => {
  const shuffled = shuffler(7);
  const seen = new Set(Array.from({ length: 500 }, () => shuffled(list).join()));
  expect(seen.size).toBe(24);
  for (const order of seen) expect(order.split(',').sort()).toEqual([...list].sort());
});
