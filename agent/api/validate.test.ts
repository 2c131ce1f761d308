import { expect, test } from 'vitest';
import type { Egress, EgressSpec } from './egress.ts';
import type { ExternalIPPool, ExternalIPPoolSpec } from './external-ip-pool.ts';
import { validateEgress, validatePool } from './validate.ts';

const egress = (spec: Partial<EgressSpec>): Egress => ({ metadata: { name: 'e' }, spec: { appliedTo: {}, ...spec } });
const pool = (name: string, ...ipRanges: ExternalIPPoolSpec['ipRanges'][number][]): ExternalIPPool => ({
  metadata: { name },
  spec: { ipRanges, nodeSelector: {} },
});
const range = (start: string, end: string) => ({ start, end });
const cidr = (text: string) => ({ cidr: text });
const p = pool('p', range('10.0.0.10', '10.0.0.20'), cidr('fd00::/120'));
const pools = new Map([['p', p]]);

test.each<[string, Partial<EgressSpec>, string | null]>([
  ['a pool alone', { externalIPPool: 'p' }, null],
  ['a pool that does not exist alone', { externalIPPool: 'q' }, null],
  ['an address alone', { egressIP: '192.0.2.1' }, null],
  ['an address of the pool', { egressIP: '10.0.0.20', externalIPPool: 'p' }, null],
  ['an IPv6 address of the pool', { egressIP: 'fd00::1', externalIPPool: 'p' }, null],
  ['an address beyond', { egressIP: '10.0.0.21', externalIPPool: 'p' }, 'IP 10.0.0.21 is not within the IP range'],
  ['an address, no pool', { egressIP: '10.0.0.10', externalIPPool: 'q' }, 'ExternalIPPool q does not exist'],
  ['the network address', { egressIP: 'fd00::', externalIPPool: 'p' }, 'IP fd00:: is not within the IP range'],
  ['several static addresses', { egressIPs: ['192.0.2.1', 'fd00::1'] }, null],
  ['several of a pool', { egressIPs: ['10.0.0.10', '', 'fd00::1'], externalIPPools: ['p', 'p', 'p'] }, null],
  [
    'a second address beyond',
    { egressIPs: ['10.0.0.10', '10.0.0.9'], externalIPPools: ['p', 'p'] },
    'IP 10.0.0.9 is not within the IP range',
  ],
  [
    'an address of a second pool that does not exist',
    { egressIPs: ['10.0.0.10', 'fd00::1'], externalIPPools: ['p', 'q'] },
    'ExternalIPPool q does not exist',
  ],
  ['a bandwidth', { externalIPPool: 'p', bandwidth: { rate: '500k', burst: '1.5Mi' } }, null],
])('an Egress with %s', (_what, spec, refusal) => {
  expect(validateEgress(egress(spec), null, pools)).toBe(refusal);
});

const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffix = "unable to parse quantity's suffix";

test.each([
  { rate: '10x', burst: '1M', want: `Rate 10x in Egress e is invalid: ${format}` },
  { rate: '1M', burst: 'much', want: `Burst much in Egress e is invalid: ${format}` },
  { rate: '', burst: '1M', want: `Rate  in Egress e is invalid: ${format}` },
  { rate: '10MM', burst: '1M', want: `Rate 10MM in Egress e is invalid: ${suffix}` },
  { rate: '1e3', burst: '1.5Gi', want: null },
  { rate: '.5k', burst: '1E', want: null },
])('a bandwidth of $rate, $burst', ({ rate, burst, want }) => {
  expect(validateEgress(egress({ externalIPPool: 'p', bandwidth: { rate, burst } }), null, pools)).toBe(want);
});

test('an Egress whose address and pool stay may change otherwise, whatever has become of the pool', () => {
  const old = egress({ egressIP: '10.0.0.21', externalIPPool: 'q' });
  expect(validateEgress({ ...old, metadata: { name: 'e', labels: {} } }, old, new Map())).toBeNull();
});

test('the gateway of a pool is no address of it', () => {
  const own = new Map([['p', withSubnet(p, '10.0.0.15', 24)]]);
  expect(validateEgress(egress({ egressIP: '10.0.0.15', externalIPPool: 'p' }), null, own)).toBe(
    'IP 10.0.0.15 is the gateway of ExternalIPPool p',
  );
});

const subnetInfo = (gateway: string, prefixLength: number) => ({ subnetInfo: { gateway, prefixLength } });
const withSubnet = (made: ExternalIPPool, gateway: string, prefixLength: number): ExternalIPPool => ({
  ...made,
  spec: { ...made.spec, ...subnetInfo(gateway, prefixLength) },
});

test.each<[ExternalIPPool, string | null]>([
  [pool('n', range('10.1.0.1', '10.1.0.9'), cidr('10.2.0.0/24'), cidr('fd01::/64')), null],
  [pool('n', cidr('10.1.0.0/33')), 'invalid cidr 10.1.0.0/33'],
  [pool('n', range('10.1.0', '10.1.0.9')), 'invalid start ip address 10.1.0'],
  [pool('n', range('10.1.0.1', '')), 'invalid end ip address '],
  [pool('n', range('10.1.0.1', 'fd01::1')), 'range start 10.1.0.1 and range end fd01::1 should belong to same family'],
  [pool('n', range('10.1.0.9', '10.1.0.1')), 'range start 10.1.0.9 should not be greater than range end 10.1.0.1'],
  [
    pool('n', cidr('10.1.0.0/24'), range('10.1.0.9', '10.1.1.1')),
    'range [10.1.0.9-10.1.1.1] overlaps with range [10.1.0.0/24]',
  ],
  [
    pool('n', range('10.0.0.20', '10.0.0.30')),
    'range [10.0.0.20-10.0.0.30] overlaps with range [10.0.0.10-10.0.0.20] of ExternalIPPool p',
  ],
  [
    pool('n', range('126.0.0.1', '128.0.0.1')),
    'range [126.0.0.1-128.0.0.1] has addresses that packets cannot leave with: 127.0.0.0/8',
  ],
  [
    pool('n', cidr('10.1.0.0/30'), cidr('fe80::/64')),
    'range [fe80::/64] has addresses that packets cannot leave with: fe80::/10',
  ],
  [pool('n', cidr('10.1.0.0/31'), cidr('10.1.0.2/32'), cidr('fd01::/127'), cidr('fd01::2/128')), null],
  [withSubnet(pool('n', range('10.1.0.5', '10.1.0.9')), '10.1.0.1', 24), null],
  [withSubnet(pool('n', range('10.1.0.5', '10.1.0.9')), '10.1.0', 24), 'invalid gateway address 10.1.0'],
  [withSubnet(pool('n', range('10.1.0.5', '10.1.0.9')), '10.1.0.1', 32), 'invalid prefixLength 32'],
  [
    withSubnet(pool('n', range('10.1.0.5', '10.1.1.9')), '10.1.0.1', 24),
    'range [10.1.0.5-10.1.1.9] must be a strict subset of the subnet 10.1.0.1/24',
  ],
])('a new pool %#', (made, refusal) => {
  expect(validatePool(made, null, [p])).toBe(refusal);
});

test.each<[ExternalIPPool, string | null]>([
  [pool('p', range('10.0.0.10', '10.0.0.20'), cidr('fd00::/120'), cidr('10.9.0.0/24')), null],
  [
    pool('p', range('10.0.0.10', '10.0.0.21'), cidr('fd00::/120')),
    'existing IPRanges [10.0.0.10-10.0.0.20] cannot be updated or deleted',
  ],
])('a changed pool %#', (made, refusal) => {
  expect(validatePool(made, p, [])).toBe(refusal);
});

test('selectors that are none', () => {
  const notIn = { matchExpressions: [{ key: 'app', operator: 'NotIn' as const }] };
  expect(validateEgress(egress({ externalIPPool: 'p', appliedTo: { namespaceSelector: notIn } }), null, pools)).toBe(
    'appliedTo of Egress e is invalid: operator NotIn on app needs values',
  );
  expect(validatePool({ ...p, spec: { ...p.spec, nodeSelector: notIn } }, null, [])).toBe(
    'nodeSelector of ExternalIPPool p is invalid: operator NotIn on app needs values',
  );
});

test('ten thousand ranges are compared in the time of a sort', () => {
  const ranges = Array.from({ length: 10_000 }, (_, i) => cidr(`10.${100 + (i >> 8)}.${i & 255}.0/24`));
  const others = [pool('q', ...ranges.slice(0, 5_000))];
  expect(validatePool(pool('r', ...ranges.slice(5_000)), null, others)).toBeNull();
  expect(validatePool(pool('r', ...ranges.slice(4_999)), null, others)).toBe(
    'range [10.119.135.0/24] overlaps with range [10.119.135.0/24] of ExternalIPPool q',
  );
});

test('pools that overlap each other already do not keep another one from coming', () => {
  const others = [pool('q', cidr('10.0.0.0/24')), pool('r', cidr('10.0.0.128/25'))];
  expect(validatePool(pool('s', cidr('10.0.1.0/24')), null, others)).toBeNull();
  expect(validatePool(pool('s', cidr('10.0.0.0/16')), null, others)).toMatch(/^range \[10\.0\.0\.0\/16\] overlaps/);
});
