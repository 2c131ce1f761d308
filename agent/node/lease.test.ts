import { expect, test } from 'vitest';
import { leaseCommands } from './lease.ts';

test.each([
  {
    what: 'is renewed whether it has run out or not',
    families: [4],
    ms: 700,
    want: ['ip', 'arp'].flatMap((name) => [
      `add element ${name} egressproof lease { ${name} }`,
      `delete element ${name} egressproof lease { ${name} }`,
      `add element ${name} egressproof lease { ${name} timeout 700ms }`,
    ]),
  },
  {
    what: 'ends',
    families: [6],
    ms: 0,
    want: ['add element ip6 egressproof lease { ip6 }', 'delete element ip6 egressproof lease { ip6 }'],
  },
] as const)('a lease $what', ({ families, ms, want }) => {
  expect(leaseCommands(families, ms)).toEqual(want);
});
