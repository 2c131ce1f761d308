import fc from 'fast-check';
import { expect, test } from 'vitest';
import { schedule } from './schedule.ts';
import type { ScheduledNode } from './schedule.ts';

const nodes = (capacity: number, ...names: string[]): ScheduledNode[] =>
  names.map((name) => ({ name, capacity, labels: { gateway: name === 'node3' ? 'false' : 'true' } }));

const everywhere = (...ips: string[]) => ips.map((ip) => ({ ip, nodeSelector: {} }));

// Vectors of Antrea's TestSchedule (ip_scheduler_test.go).
test.each([
  { name: 'enough capacity', capacity: 3, want: ['node1', 'node3', 'node1'] },
  { name: 'one address a node', capacity: 1, want: ['node1', 'node3', 'node2'] },
  { name: 'no capacity', capacity: 0, want: [null, null, null] },
])('$name', ({ capacity, want }) => {
  const owners = schedule(everywhere('1.1.1.1', '1.1.1.11', '1.1.1.21'), nodes(capacity, 'node1', 'node2', 'node3'));
  expect([...owners.values()]).toEqual(want);
});

test('the oldest keep their place when capacity is short; a shared address counts once', () => {
  const owners = schedule(everywhere('1.1.1.1', '1.1.1.1', '1.1.1.21', '1.1.1.11'), nodes(1, 'node1', 'node2'));
  expect([...owners]).toEqual([
    ['1.1.1.1', 'node1'],
    ['1.1.1.21', 'node2'],
    ['1.1.1.11', null],
  ]);
});

test('only nodes that the pool selects', () => {
  const nodeSelector = { matchLabels: { gateway: 'false' } };
  expect(schedule([{ ip: '1.1.1.1', nodeSelector }], nodes(255, 'node1', 'node2', 'node3')).get('1.1.1.1')).toBe(
    'node3',
  );
});

test('the same for every order of the nodes, never over capacity, and unplaced only when all are full', () => {
  const arbitrary = fc.record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), { minLength: 1, maxLength: 6 }),
    ips: fc.uniqueArray(fc.ipV4(), { maxLength: 30 }),
    capacity: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(
    fc.property(arbitrary, ({ names, ips, capacity }) => {
      const owners = schedule(everywhere(...ips), nodes(capacity, ...names));
      expect(schedule(everywhere(...ips), nodes(capacity, ...names.toReversed()))).toEqual(owners);
      const placed = [...owners.values()].filter((owner) => owner !== null);
      for (const name of names) expect(placed.filter((owner) => owner === name).length).toBeLessThanOrEqual(capacity);
      expect(placed.length).toBe(Math.min(ips.length, capacity * names.length));
    }),
  );
});
