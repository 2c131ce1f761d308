import { expect, test } from 'vitest';
import { manyFlows } from './many-flows.ts';

const rule = { opened: 64_512, beyond: 3_000, address: '172.16.18.131' };
const counts = (asAddress: number, otherwise = 0) => ({ asAddress, otherwise });

test.each([
  { name: 'all ports, and nothing more', filled: counts(64_512), after: counts(64_512), outcome: 'pass' },
  { name: 'some ports are left, and used', filled: counts(60_000), after: counts(62_000), outcome: 'pass' },
  { name: 'one flow with another address', filled: counts(64_512), after: counts(64_512, 1), outcome: 'fail' },
  { name: 'few flows at all', filled: counts(30_000), after: counts(30_000), outcome: 'fail' },
  { name: 'flows have ended already', filled: counts(64_512), after: counts(67_512), outcome: 'unknown' },
  { name: 'ports for all that came after', filled: counts(60_000), after: counts(63_000), outcome: 'unknown' },
])('$name: $outcome', ({ filled, after, outcome }) => {
  expect(manyFlows({ ...rule, filled, after }, { name: 'flows' }).outcome).toBe(outcome);
});
