import { expect, test } from 'vitest';
import { asBefore, stateLines, without } from './node-state.ts';

const context = { name: 'nodes are as before', startUs: 0 };
const node = { name: 'node-1', before: ['a', 'b', 'b'], others: ['theirs'] };

test.each([
  { state: ['a', 'b'], other: ['b'], left: ['a'] },
  { state: ['b', 'b'], other: ['b'], left: ['b'] },
  { state: [], other: ['b'], left: [] },
])('$state without $other', ({ state, other, left }) => {
  expect(without(state, other)).toEqual(left);
});

test.each([
  { now: ['b', 'theirs', 'a', 'b'], outcome: 'pass', message: '1 nodes, 4 lines' },
  { now: ['a', 'b', 'b', 'theirs', 'x'], outcome: 'fail', message: '1 lines differ: node-1 still has: x' },
  { now: ['a', 'b', 'b'], outcome: 'fail', message: '1 lines differ: node-1 has lost: theirs' },
  { now: ['a', 'b', 'theirs'], outcome: 'fail', message: '1 lines differ: node-1 has lost: b' },
])('$now: $outcome', ({ now, outcome, message }) => {
  expect(asBefore([{ ...node, now }], context)).toMatchObject({ outcome, message });
});

test('lines of a state, without the chains of kube-proxy', () => {
  const output = `table ip nat {
\tchain KUBE-SEP-ABC {
\t\tmeta l4proto tcp counter dnat to 10.244.0.3:53
\t}
\tchain POSTROUTING {
\t\tjump KUBE-POSTROUTING
\t\tip  saddr 10.0.0.0/8 masquerade
\t}
}
lo UNKNOWN 00:00
`;
  expect(stateLines(output)).toEqual([
    'table ip nat {',
    'chain POSTROUTING {',
    'ip saddr 10.0.0.0/8 masquerade',
    'lo UNKNOWN 00:00',
  ]);
});
