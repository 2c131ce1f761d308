import { expect, test } from 'vitest';
import { egressIP, node, samples } from '../check/sample.fixture.ts';
import type { Sample } from '../history/events.ts';
import { judgeTrial, type TrialFacts } from './trial.ts';

const startUs = 1_000_000;
/** A probe each 10 ms, a letter each: `.` right, `x` no answer, `N` the address of a node. */
const udp = (text: string): Sample[] =>
  samples(...text.split('').map((letter) => ({ x: 'timeout', N: node })[letter] ?? egressIP)).map((sample) => ({
    ...sample,
    seen: sample.seen && { ...sample.seen, port: 40_000 },
  }));
const good = udp('.'.repeat(60));
/** The fault is at the 30th probe. */
const facts = (text: string): TrialFacts => ({
  fault: 'power-cut/v1',
  node: 'node-1',
  expected: { egressIP, nodeAddresses: [node] },
  beginUs: startUs + 300_000,
  begunUs: startUs + 310_000,
  endUs: startUs + 700_000,
  stopUs: startUs + 600_000,
  pods: [
    {
      name: 'a',
      placement: 'on a plain worker',
      probes: { udp: udp(text), tcp: good },
      kept: { busy: good, idle: good },
    },
  ],
});
const before = '.'.repeat(30);

test('an outage counts from the fault on', () => {
  const result = judgeTrial(facts(`${before}xxxxx${'.'.repeat(25)}`));
  expect(result).toMatchObject({ outcome: 'pass', totalOutageMs: 50, leaks: 0, reasons: [] });
});

test('what was bad before the fault is no part of its outage, and makes the trial doubtful', () => {
  const result = judgeTrial(facts(`${'.'.repeat(10)}x${'.'.repeat(19)}xxxxx${'.'.repeat(25)}`));
  expect(result).toMatchObject({ outcome: 'inconclusive', totalOutageMs: 50 });
  expect(result.reasons).toEqual(['1 probes were bad before anything was done']);
});

test('a leak fails it, however short', () => {
  expect(judgeTrial(facts(`${before}xN${'.'.repeat(28)}`))).toMatchObject({ outcome: 'fail', leaks: 1 });
});

test('so does one that does not recover', () => {
  const result = judgeTrial(facts(`${before}${'x'.repeat(30)}`));
  expect(result.outcome).toBe('fail');
  expect(result.reasons.join()).toContain('did not recover');
});
