import { expect, test } from 'vitest';
import type { Sample } from '../history/events.ts';
import { egressIP, node, samples } from '../check/sample.fixture.ts';
import { establishedOf } from './established.ts';

/** Ten milliseconds apart, each answered 1 ms later, or as told. */
const asked = (count: number, change: (at: number) => Partial<Sample> = () => ({})): Sample[] =>
  samples(...Array.from({ length: count }, () => egressIP)).map((sample, index) => ({
    ...sample,
    seen: { address: egressIP, port: 40_000 },
    ...change(index),
  }));
const endUs = (all: readonly Sample[]): number => (all.at(-1)?.plannedUs ?? 0) + 1_000;

test('one that goes on', () => {
  const all = asked(20);
  expect(establishedOf(all, 10, endUs(all))).toEqual({ fate: 'survived', stallMs: 0, sourceStable: true });
});

test('one whose answers are late by 300 ms has stalled for that long, and survived', () => {
  const heldUntil = 1_000_000 + 5 * 10_000 + 300_000;
  const all = asked(60, (at) => (at >= 5 && at < 35 ? { doneUs: heldUntil } : {}));
  const { fate, stallMs } = establishedOf(all, 10, endUs(all));
  expect(fate).toBe('survived');
  expect(Math.abs(stallMs - 300)).toBeLessThanOrEqual(10);
});

test('one that is reset, and one that is never answered again', () => {
  const reset = asked(20, (at) => (at >= 10 ? { outcome: 'reset' } : {}));
  expect(establishedOf(reset, 10, endUs(reset)).fate).toBe('reset');
  const silent = asked(400, (at) => (at >= 100 ? { outcome: 'timeout' } : {}));
  expect(establishedOf(silent, 10, endUs(silent)).fate).toBe('stalled');
});

test('one that is seen with another source is not the same connection', () => {
  const all = asked(20, (at) => (at >= 10 ? { seen: { address: node, port: 40_000 } } : {}));
  expect(establishedOf(all, 10, endUs(all)).sourceStable).toBe(false);
});
