import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLoop, type Planned } from './schedule.ts';

/** Keeps the processor for itself, as a starved program would be kept from it. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('makes the calls that were planned, in order', async () => {
  const calls: Planned[] = [];
  const made = await openLoop(
    { intervalMs: 1, maxLateMs: 1_000, count: 5 },
    async (planned) => void calls.push(planned),
    new AbortController().signal,
  );
  expect(made).toBe(5);
  expect(calls.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
  expect(calls.some(({ late }) => late)).toBe(false);
});

test('late calls are told as late, and made up for', async () => {
  const calls: Planned[] = [];
  await openLoop(
    { intervalMs: 5, maxLateMs: 20, count: 5 },
    async (planned) => {
      calls.push(planned);
      if (planned.seq === 1) block(32);
    },
    new AbortController().signal,
  );
  const late = calls.filter(({ late: isLate }) => isLate).length;
  expect(late).toBeGreaterThan(0);
  // However late the machine makes them: as many more as were late, at most as many as were planned.
  expect(calls).toHaveLength(5 + Math.min(late, 5));
});

test('a program that is always late ends all the same, after twice the calls', async () => {
  const calls: Planned[] = [];
  await openLoop(
    { intervalMs: 1, maxLateMs: -1_000, count: 3 },
    async (planned) => void calls.push(planned),
    new AbortController().signal,
  );
  expect(calls).toHaveLength(6);
});

test('ends at once when it is stopped', async () => {
  const stop = new AbortController();
  const made = openLoop({ intervalMs: 10_000, maxLateMs: 1_000 }, async () => undefined, stop.signal);
  await setImmediate();
  stop.abort();
  expect(await made).toBe(1);
});
