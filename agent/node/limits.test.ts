import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import { limitOf } from './limits.ts';

const egress = (rate: string, burst: string): Egress => ({
  metadata: { name: 'lab', uid: '1' },
  spec: { appliedTo: {}, egressIP: '172.16.18.131', bandwidth: { rate, burst } },
});

test.each([
  { rate: '2M', burst: '2M', bytesPerSecond: 250_000, burstBytes: 1 },
  { rate: '10M', burst: '20M', bytesPerSecond: 1_250_000, burstBytes: 1_250_000 },
  { rate: '0.5M', burst: '0', bytesPerSecond: 62_500, burstBytes: 68_572 },
  { rate: '500k', burst: '4M', bytesPerSecond: 62_500, burstBytes: 437_500 },
  { rate: '100M', burst: '1k', bytesPerSecond: 12_500_000, burstBytes: 1 },
  { rate: '0', burst: '0', bytesPerSecond: 1, burstBytes: 131_071 },
  { rate: '72G', burst: '1E', bytesPerSecond: 9_000_000_000, burstBytes: 4_000_000_000 },
])('$rate and $burst', ({ rate, burst, ...expected }) => {
  expect(limitOf(egress(rate, burst))).toMatchObject(expected);
});

test('no limit', () => {
  expect(limitOf(egress('73G', '1G'))).toBeNull();
  expect(limitOf(egress('lots', '1G'))).toBeNull();
  const { bandwidth: _none, ...spec } = egress('1M', '1M').spec;
  expect(limitOf({ metadata: { name: 'lab' }, spec })).toBeNull();
});

test('another limit, and another Egress, has another object', () => {
  const names = [egress('1M', '2M'), egress('1M', '3M'), { ...egress('1M', '2M'), metadata: { name: 'erp' } }];
  expect(new Set(names.map((one) => limitOf(one)?.name)).size).toBe(3);
});
