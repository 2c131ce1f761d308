import { expect, test } from 'vitest';
import { parseDrops } from './drops.ts';

const rule = (chain: string, packets: number | null, more: object = {}) => ({
  rule: {
    family: 'ip',
    table: 'egressproof',
    chain,
    expr: [{ match: {} }, ...(packets === null ? [] : [{ counter: { packets, bytes: 60 * packets } }]), { drop: null }],
    ...more,
  },
});

test('drops by reason: the comment of the rule, else its chain', () => {
  const counting = { rule: { family: 'ip', chain: 'select', expr: [{ counter: { packets: 9 } }, { accept: null }] } };
  expect(
    parseDrops([
      { metainfo: {} },
      { chain: { family: 'ip', name: 'guard' } },
      rule('guard', 2),
      rule('guard', 3),
      rule('select', 4, { comment: 'unknown pod' }),
      rule('select', null),
      counting,
      rule('answers', 1, { family: 'ip6' }),
    ]),
  ).toEqual([
    { family: 'ip', reason: 'guard', packets: 5 },
    { family: 'ip', reason: 'unknown pod', packets: 4 },
    { family: 'ip6', reason: 'answers', packets: 1 },
  ]);
});
