import { expect, test } from 'vitest';
import type { Sample } from '../history/events.ts';
import { egressIP, samples, shop } from './sample.fixture.ts';
import { portsAreTheirOwn } from './source-ports.ts';

const [one] = samples(egressIP) as [Sample];
const of = (name: string, port: number, change: Partial<Sample> = {}): Sample => ({
  ...one,
  pod: { ...shop, name },
  seen: { address: egressIP, port },
  ...change,
});
const lost = (outcome: Sample['outcome']): Sample => {
  const { seen: _seen, ...rest } = of('b', 0, { outcome });
  return rest;
};

test.each([
  { name: 'each pod has its own', of: [of('a', 1), of('b', 2), of('a', 1)], outcome: 'pass' },
  { name: 'two pods share one', of: [of('a', 1), of('b', 1)], outcome: 'fail' },
  { name: 'the same port of two protocols', of: [of('a', 1), of('b', 1, { kind: 'udp' })], outcome: 'pass' },
  { name: 'one is not answered', of: [of('a', 1), lost('timeout')], outcome: 'fail' },
  { name: 'too few', of: [of('a', 1), lost('probeError')], outcome: 'unknown' },
])('$name: $outcome', ({ of: all, outcome }) => {
  expect(portsAreTheirOwn(all, 2, { name: 'ports' }).outcome).toBe(outcome);
});
