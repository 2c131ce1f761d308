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

test('lines of a state, without the chains of kube-proxy and the links of pods', () => {
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
veth65c8@if2 UP ce:1a
eth0@if9 UP 02:42
eth0@if9 UP 172.16.18.121/24 fe80::1/64
veth65c8@if2 UP 10.203.3.1/32
default via 172.16.18.1 dev eth0
10.203.3.2 dev veth65c8 scope host
local 10.203.3.1 dev veth65c8 table local
`;
  expect(stateLines(output, '172.16.18.121')).toEqual([
    'table ip nat {',
    'chain POSTROUTING {',
    'ip saddr 10.0.0.0/8 masquerade',
    'lo UNKNOWN 00:00',
    'eth0@if9 UP 02:42',
    'eth0@if9 UP 172.16.18.121/24 fe80::1/64',
    'default via 172.16.18.1 dev eth0',
  ]);
});
