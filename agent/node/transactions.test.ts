import { expect, test } from 'vitest';
import { transactions } from './transactions.ts';

test('a change is one transaction', () => {
  expect(transactions([])).toEqual([]);
  expect(transactions(['add table ip t', 'add element ip t s { 1, 2 }'])).toEqual([
    'add table ip t\nadd element ip t s { 1, 2 }\n',
  ]);
});

test('what is too much for one is several, in order, with every element once', () => {
  const elements = Array.from({ length: 40 }, (_, i) => `10.0.0.${i} : goto to_overlay`);
  const parts = transactions(
    ['add table ip t', `add element ip t steering { ${elements.join(', ')} }`, 'add element ip t pods { 10.0.0.1 }'],
    200,
  );
  expect(parts.every((part) => part.length <= 200)).toBe(true);
  expect(parts[0]).toMatch(/^add table ip t\n/);
  expect(parts.at(-1)).toMatch(/^add element ip t pods \{ 10\.0\.0\.1 \}\n$/);
  expect(parts.join('').match(/10\.0\.0\.\d+ : goto to_overlay/g)).toEqual(elements);
});
