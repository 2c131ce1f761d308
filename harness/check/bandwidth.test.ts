import { expect, test } from 'vitest';
import type { SunkEvent } from '../traffic/bulk-protocol.ts';
import { mbitPerSecond, rateWithin, type RateRule } from './bandwidth.ts';

/** An arrival every 100 ms, of `mbit` of IP packets. */
const steady = (mbit: number, seconds: number, address = '172.16.18.131'): SunkEvent[] =>
  Array.from({ length: seconds * 10 + 1 }, (_, at) => ({
    event: 'sunk',
    port: 19_000,
    protocol: 'tcp',
    address,
    bytes: Math.round((mbit * 1e5 * (1_448 / 1_500)) / 8),
    atUs: 5_000_000 + at * 100_000,
  }));

const rule: RateRule = {
  arrivals: steady(10, 11),
  atLeast: 9e6,
  atMost: 11e6,
  fromS: 1,
  toS: 11,
  sources: ['172.16.18.131'],
};
const context = { name: 'at 10 Mbit/s', startUs: 0 };

test('a steady stream has its rate', () => {
  expect(mbitPerSecond(steady(10, 11), 1, 11)).toBeCloseTo(10, 2);
  expect(mbitPerSecond(steady(2, 3), 0, 1)).toBeCloseTo(2.2, 1);
  expect(mbitPerSecond([], 0, 1)).toBe(0);
});

test.each([
  { when: 'it is right', change: {}, outcome: 'pass' },
  { when: 'it is too slow', change: { arrivals: steady(8, 11) }, outcome: 'fail' },
  { when: 'it is too fast', change: { arrivals: steady(12, 11) }, outcome: 'fail' },
  { when: 'nothing arrived', change: { arrivals: [] }, outcome: 'fail' },
  { when: 'it came from elsewhere', change: { arrivals: steady(10, 11, '172.16.18.121') }, outcome: 'fail' },
  {
    when: 'the machine stood still',
    change: { arrivals: steady(10, 11).filter((_, at) => at < 30 || at > 45) },
    outcome: 'unknown',
  },
  { when: 'it ended early', change: { arrivals: steady(10, 5) }, outcome: 'unknown' },
])('$when: $outcome', ({ change, outcome }) => {
  expect(rateWithin({ ...rule, ...change }, context).outcome).toBe(outcome);
});
