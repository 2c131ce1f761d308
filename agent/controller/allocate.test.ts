import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool, IPRange } from '../api/external-ip-pool.ts';
import { Reserved } from '../api/reserved.ts';
import { allocate as allocateBeside } from './allocate.ts';
import type { Decision, Decisions } from './allocate.ts';

/** `age` orders creation: smaller is older. */
const egress = (name: string, age: number, egressIP?: string, externalIPPool = 'p'): Egress => ({
  metadata: { name, creationTimestamp: `2026-01-01T00:00:${String(age).padStart(2, '0')}Z` },
  spec: { appliedTo: {}, externalIPPool, ...(egressIP === undefined ? {} : { egressIP }) },
});

const pool = (...ipRanges: IPRange[]): ExternalIPPool => ({
  metadata: { name: 'p' },
  spec: { ipRanges, nodeSelector: {} },
});

const allocate = (egresses: Egress[], pools: ExternalIPPool[], previous: Decisions) =>
  allocateBeside(egresses, pools, previous, new Reserved([], []));
const short = (decisions: readonly Decision[] | undefined): string =>
  decisions?.map(({ ip, why }) => why ?? ip).join(' ') ?? 'nothing';
const own = (ip: string): Decision[] => [{ pool: 'p', ip, why: null }];

const twoRanges = pool({ start: '10.0.0.1', end: '10.0.0.2' }, { cidr: '10.0.1.0/30' });
const noRoom = 'cannot allocate IP in any range';
const notHere = (ip: string): string =>
  `error when allocating IP ${ip} for Egress e from ExternalIPPool p: cannot allocate IP ${ip} in any range`;

test.each<{ name: string; egresses: Egress[]; pools: ExternalIPPool[]; want: string }>([
  {
    name: 'lowest free of the first range',
    egresses: [egress('e', 2), egress('a', 1, '10.0.0.1')],
    pools: [twoRanges],
    want: '10.0.0.2',
  },
  {
    name: 'the second range when the first is full; a CIDR without its network address',
    egresses: [egress('e', 3), egress('a', 1, '10.0.0.1'), egress('b', 2, '10.0.0.2')],
    pools: [twoRanges],
    want: '10.0.1.1',
  },
  { name: 'explicit address', egresses: [egress('e', 1, '10.0.1.2')], pools: [twoRanges], want: '10.0.1.2' },
  {
    name: 'explicit broadcast address',
    egresses: [egress('e', 1, '10.0.1.3')],
    pools: [twoRanges],
    want: notHere('10.0.1.3'),
  },
  {
    name: 'explicit address out of the pool',
    egresses: [egress('e', 1, '10.9.9.9')],
    pools: [twoRanges],
    want: notHere('10.9.9.9'),
  },
  {
    name: 'an address that an older one has is shared',
    egresses: [egress('e', 2, '10.0.0.1'), egress('a', 1, '10.0.0.1')],
    pools: [twoRanges],
    want: '10.0.0.1',
  },
  {
    name: 'what is in the spec comes before older ones that wait',
    egresses: [egress('e', 1), egress('young', 9, '10.0.0.1')],
    pools: [twoRanges],
    want: '10.0.0.2',
  },
  {
    name: 'exhausted',
    egresses: [egress('a', 1), egress('e', 2)],
    pools: [pool({ cidr: '10.0.0.1/32' })],
    want: noRoom,
  },
  {
    name: 'no such pool',
    egresses: [egress('e', 1, undefined, 'q')],
    pools: [twoRanges],
    want: 'ExternalIPPool q does not exist',
  },
  { name: 'IPv6', egresses: [egress('e', 1)], pools: [pool({ cidr: '2021:1::aaa0/124' })], want: '2021:1::aaa1' },
  { name: 'no pool named', egresses: [egress('e', 1, '10.0.0.1', '')], pools: [twoRanges], want: 'nothing' },
])('$name: $want', ({ egresses, pools, want }) => {
  expect(short(allocate(egresses, pools, new Map()).decisions.get('e'))).toBe(want);
});

test('the address of a pool that is gone is taken back', () => {
  const { decisions } = allocate([egress('e', 1, '10.0.0.1', 'q')], [], new Map());
  expect(decisions.get('e')).toEqual([
    { ip: null, pool: 'q', why: 'ExternalIPPool q does not exist', withdrawn: '10.0.0.1' },
  ]);
});

test.each<{ name: string; spec: Partial<Egress['spec']>; want: string }>([
  { name: 'a pair of two pools', spec: { externalIPPools: ['p', 'six'] }, want: '10.0.0.1 fd00::1' },
  { name: 'two of one pool', spec: { externalIPPools: ['p', 'p'] }, want: '10.0.0.1 10.0.0.2' },
  {
    name: 'one named, one to be found',
    spec: { externalIPPools: ['p', 'p'], egressIPs: ['', '10.0.0.1'] },
    want: '10.0.0.2 10.0.0.1',
  },
  {
    name: 'one that cannot be had does not keep the other',
    spec: { externalIPPools: ['q', 'p'], egressIPs: ['10.9.9.9'] },
    want: 'ExternalIPPool q does not exist 10.0.0.1',
  },
  { name: 'several static', spec: { egressIPs: ['10.0.0.1', '10.0.0.2'] }, want: 'nothing' },
])('several addresses: $name: $want', ({ spec, want }) => {
  const six: ExternalIPPool = {
    metadata: { name: 'six' },
    spec: { ipRanges: [{ cidr: 'fd00::/120' }], nodeSelector: {} },
  };
  const several: Egress = { metadata: { name: 'e' }, spec: { appliedTo: {}, ...spec } };
  expect(short(allocate([several], [twoRanges, six], new Map()).decisions.get('e'))).toBe(want);
});

test('a restarted controller knows by the condition which addresses it gave, and gives them anew for a replaced pool', () => {
  const conditions = [{ type: 'IPAllocated', status: 'True' }];
  const replaced = [pool({ cidr: '10.7.0.0/30' })];
  const given = { ...egress('e', 1, '10.0.0.1'), status: { conditions } };
  expect(short(allocate([given], replaced, new Map()).decisions.get('e'))).toBe('10.7.0.1');
  expect(short(allocate([egress('e', 1, '10.0.0.1')], replaced, new Map()).decisions.get('e'))).toBe(
    notHere('10.0.0.1'),
  );
});

test('an Egress that was deleted and made again is not the one of before', () => {
  const again: Egress = { ...egress('e', 9), metadata: { ...egress('e', 9).metadata, uid: 'second' } };
  const previous = new Map([['first', own('10.0.0.1')]]);
  const { decisions } = allocate([again, egress('older', 1)], [twoRanges], previous);
  expect([short(decisions.get('older')), short(decisions.get('second'))]).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a shared address counts once', () => {
  const { usage } = allocate([egress('e', 1, '10.0.0.1'), egress('a', 2, '10.0.0.1')], [twoRanges], new Map());
  expect(usage.get('p')).toEqual({ total: 4, used: 1 });
});

test('an allocation that the cache does not show yet is not given to another', () => {
  const previous = new Map([['a', own('10.0.0.1')]]);
  const { decisions } = allocate([egress('older', 1), egress('a', 2)], [twoRanges], previous);
  expect([short(decisions.get('a')), short(decisions.get('older'))]).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('when the pool is replaced by one with other ranges, its addresses are given anew', () => {
  const previous = new Map([['e', own('10.0.0.1')]]);
  expect(
    short(allocate([egress('e', 1, '10.0.0.1')], [pool({ cidr: '10.7.0.0/30' })], previous).decisions.get('e')),
  ).toBe('10.7.0.1');
});

test('an address of a pool that went is not the user’s wish where the spec still shows it when the pool is back', () => {
  const shown = egress('e', 1, '10.0.0.1');
  const gone = allocate([shown], [], new Map([['e', own('10.0.0.1')]])).decisions;
  expect(short(gone.get('e'))).toBe('ExternalIPPool p does not exist');
  const back = allocate([shown], [pool({ cidr: '10.7.0.0/30' })], allocate([shown], [], gone).decisions).decisions;
  expect(short(back.get('e'))).toBe('10.7.0.1');
  const asked = allocate([egress('e', 1, '10.0.0.2')], [pool({ cidr: '10.7.0.0/30' })], gone).decisions;
  expect(short(asked.get('e'))).toBe(notHere('10.0.0.2'));
});

test.each<{ ranges: IPRange[]; total: number }>([
  { ranges: [{ cidr: '10.0.0.0/30' }], total: 2 },
  { ranges: [{ cidr: '10.0.0.0/31' }], total: 2 },
  { ranges: [{ cidr: '10.0.0.0/32' }], total: 1 },
  { ranges: [{ cidr: '2021:1::aaa0/124' }], total: 15 },
  { ranges: [{ cidr: '192.168.0.1/24' }, { start: '10.0.0.5', end: '10.0.0.9' }], total: 259 },
  { ranges: [{ cidr: '10.0.0.0/8' }], total: 65_536 },
  { ranges: [{ start: '10.0.0.9', end: '10.0.0.5' }], total: 0 },
  { ranges: [{ cidr: 'fd00::/127' }, { cidr: 'fd00::8/128' }], total: 3 },
  { ranges: [{ cidr: '10.0.0.0/15' }, { start: '10.8.0.0', end: '10.10.0.0' }, { cidr: 'fd00::/64' }], total: 196_608 },
])('usage of $ranges: $total in all', ({ ranges, total }) => {
  expect(allocate([], [pool(...ranges)], new Map()).usage.get('p')).toEqual({ total, used: 0 });
});

test.each<{ gateway: string; total: number; lowest: string }>([
  { gateway: '10.0.0.1', total: 5, lowest: '10.0.0.2' },
  { gateway: '10.0.0.4', total: 5, lowest: '10.0.0.1' },
  { gateway: '10.0.0.9', total: 6, lowest: '10.0.0.1' },
  { gateway: 'fd00::1', total: 6, lowest: '10.0.0.1' },
])('the gateway $gateway is neither counted nor given out', ({ gateway, total, lowest }) => {
  const { metadata, spec } = pool({ cidr: '10.0.0.0/29' });
  const withGateway = { metadata, spec: { ...spec, subnetInfo: { gateway, prefixLength: 24 } } };
  const all = Array.from({ length: 8 }, (_, i) => egress(`e${i}`, i));
  const { decisions, usage } = allocate(all, [withGateway], new Map());
  expect(usage.get('p')).toEqual({ total, used: total });
  expect(short(decisions.get('e0'))).toBe(lowest);
  expect([...decisions.values()].flat().map(({ ip }) => ip)).not.toContain(gateway);
});

test('the address of a node is neither given out nor counted, and taken back when a node comes with it', () => {
  const node = (name: string, address: string) => ({ metadata: { name }, status: { addresses: [{ address }] } });
  const nodes = new Reserved([node('node-1', '10.0.0.1'), node('node-2', '10.9.9.9')], []);
  const all = [egress('e', 1, '10.0.0.1'), egress('waits', 2)];
  const { decisions, usage } = allocateBeside(all, [twoRanges], new Map(), nodes);
  expect(short(decisions.get('e'))).toBe(
    'error when allocating IP 10.0.0.1 for Egress e from ExternalIPPool p: it is the address of Node node-1',
  );
  expect(short(decisions.get('waits'))).toBe('10.0.0.2');
  expect(usage.get('p')).toEqual({ total: 3, used: 1 });
  const before = allocate(all.slice(0, 1), [twoRanges], new Map()).decisions;
  const moved = allocateBeside(all.slice(0, 1), [twoRanges], before, nodes).decisions;
  expect(short(moved.get('e'))).toBe('10.0.0.2');
});

test('networks of others are no addresses of a pool', () => {
  const pods = { metadata: { name: 'node-1' }, spec: { podCIDRs: ['10.0.0.3/32', 'fd00::/64'] } };
  const networks = new Reserved([pods], ['10.0.0.0/31']);
  const wide = pool({ start: '10.0.0.0', end: '10.0.0.3' });
  const all = [egress('e', 1), egress('named', 2, '10.0.0.1')];
  const { decisions, usage } = allocateBeside(all, [wide], new Map(), networks);
  expect(short(decisions.get('e'))).toBe('10.0.0.2');
  expect(decisions.get('named')?.[0]?.why).toBe(
    'error when allocating IP 10.0.0.1 for Egress named from ExternalIPPool p: it is in 10.0.0.0/31, the network of Services',
  );
  expect(usage.get('p')).toEqual({ total: 1, used: 1 });
});
