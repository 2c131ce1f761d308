import { expect, test } from 'vitest';
import { databaseSaw, firewallSaw } from './outside.ts';
import { context, egressIP, node } from './sample.fixture.ts';

const connection = (source: string, outcome: 'admitted' | 'rejected' = 'admitted') => ({
  time: '2026-01-01T00:00:00.000Z',
  database: 'lab',
  user: 'lab',
  source,
  outcome,
  line: '',
});
const entry = (source: string, action: 'accept' | 'drop' = 'accept') => ({
  time: '2026-01-01T00:00:00.000Z',
  rule: 'lab',
  action,
  source,
  destination: '172.16.20.10',
  protocol: 'tcp',
  port: 5432,
});

test.each([
  ['pass', [connection(egressIP), connection(egressIP), connection(node, 'rejected')]],
  ['fail', [connection(egressIP), connection(node)]],
  // A log that has less than was sent cannot vouch for it.
  ['unknown', [connection(egressIP)]],
  ['unknown', []],
])('what the database logged: %s', (outcome, entries) => {
  const rule = { entries, database: 'lab', outcome: 'admitted' as const, sources: [egressIP], atLeast: 2 };
  expect(databaseSaw(rule, context).outcome).toBe(outcome);
});

test.each([
  ['pass', [entry(egressIP), entry(node, 'drop')]],
  ['fail', [entry(egressIP), entry(node)]],
  ['unknown', [entry(node, 'drop')]],
])('what the firewall logged: %s', (outcome, entries) => {
  const rule = { entries, rule: 'lab', action: 'accept' as const, sources: [egressIP], atLeast: 1 };
  expect(firewallSaw(rule, context).outcome).toBe(outcome);
});
