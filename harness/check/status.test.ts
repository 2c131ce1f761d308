import { expect, test } from 'vitest';
import { statusIsTrue } from './status.ts';

const x = '172.16.18.131';
const y = '172.16.18.132';

test.each([
  { what: 'as it is', claims: { [x]: 'node-1' }, wanted: [x], answering: { [x]: 'node-1' }, outcome: 'pass' },
  {
    what: 'two addresses',
    claims: { [x]: 'a', [y]: 'b' },
    wanted: [x, y],
    answering: { [x]: 'a', [y]: 'b' },
    outcome: 'pass',
  },
  {
    what: 'an IPv6 address, written otherwise',
    claims: { 'fd00::1': 'a' },
    wanted: ['FD00:0::1'],
    answering: { 'FD00:0::1': 'a' },
    outcome: 'pass',
  },
  { what: 'nothing, of nothing', claims: {}, wanted: [], answering: { [x]: null }, outcome: 'pass' },
  { what: 'another node', claims: { [x]: 'node-2' }, wanted: [x], answering: { [x]: 'node-1' }, outcome: 'fail' },
  {
    what: 'a node, where nobody answers',
    claims: { [x]: 'node-1' },
    wanted: [x],
    answering: { [x]: null },
    outcome: 'fail',
  },
  {
    what: 'a node for no address',
    claims: { '': 'somewhere' },
    wanted: [],
    answering: { [x]: null },
    outcome: 'fail',
  },
  { what: 'nothing, of an address', claims: {}, wanted: [x], answering: { [x]: 'node-1' }, outcome: 'fail' },
  { what: 'one of two', claims: { [x]: 'a' }, wanted: [x, y], answering: { [x]: 'a', [y]: 'b' }, outcome: 'fail' },
  {
    what: 'an address nobody wanted',
    claims: { [x]: 'a', [y]: 'b' },
    wanted: [x],
    answering: { [x]: 'a' },
    outcome: 'fail',
  },
])('a status that says $what: $outcome', ({ claims, wanted, answering, outcome }) => {
  const rule = {
    claims: Object.entries(claims).map(([address, node]) => ({ address, node })),
    wanted,
    answering: new Map<string, string | null>(Object.entries(answering)),
  };
  expect(statusIsTrue(rule, { name: 'the status is true' }).outcome).toBe(outcome);
});
