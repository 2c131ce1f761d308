import { expect, test } from 'vitest';
import { distributionOf } from './distribution.ts';
import { renderTimeline } from './timeline.ts';

test('the worst probe of a column is shown, and when the fault was there', () => {
  const probes = Array.from({ length: 100 }, (_, index) => ({
    plannedUs: index * 10_000,
    class: index >= 30 && index < 52 ? ('timeout' as const) : ('ok' as const),
  }));
  const lines = renderTimeline([{ label: 'tcp', probes }], { fromUs: 300_000, toUs: 600_000 }, 10);
  expect(lines.slice(0, 2)).toEqual(
    ['tcp    ···xxx····', 'fault     ▒▒▒▒   '.trimEnd()].map((line) => expect.stringContaining(line)),
  );
});

test.each([
  [[], null],
  [[5], { count: 1, min: 5, p50: 5, p90: 5, p99: 5, max: 5 }],
  [[3, 1, 2], { count: 3, min: 1, p50: 2, p90: 3, p99: 3, max: 3 }],
  [Array.from({ length: 100 }, (_, at) => at + 1), { count: 100, min: 1, p50: 50, p90: 90, p99: 99, max: 100 }],
])('the distribution of %j', (values, expected) => {
  expect(distributionOf(values)).toEqual(expected);
});
