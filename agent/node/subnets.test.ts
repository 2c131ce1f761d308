import { expect, test } from 'vitest';
import type { ExternalIPPool, ExternalIPPoolSpec } from '../api/external-ip-pool.ts';
import { parseSubnets } from './subnet-routes.ts';
import { numberSubnets, subnetKey, subnetOf, subnetProblems } from './subnets.ts';

const pool = (name: string, subnetInfo?: ExternalIPPoolSpec['subnetInfo'], created = name): ExternalIPPool => ({
  metadata: { name, creationTimestamp: created },
  spec: { ipRanges: [], nodeSelector: {}, ...(subnetInfo && { subnetInfo }) },
});

test.each([
  { subnetInfo: { gateway: '172.16.19.1', prefixLength: 24 }, key: '172.16.19.0/24 via 172.16.19.1' },
  { subnetInfo: { gateway: '172.16.19.1', prefixLength: 31 }, key: '172.16.19.0/31 via 172.16.19.1' },
  { subnetInfo: { gateway: 'FD00:19:0::1', prefixLength: 64, vlan: 0 }, key: 'fd00:19::/64 via fd00:19::1' },
  { subnetInfo: { gateway: 'x', prefixLength: 24 }, key: null },
  { subnetInfo: { gateway: '172.16.19.1', prefixLength: 64 }, key: null },
  { subnetInfo: undefined, key: null },
])('subnet of $subnetInfo', ({ subnetInfo, key }) => {
  const subnet = subnetOf(pool('p', subnetInfo));
  expect(subnet && subnetKey(subnet)).toBe(key);
});

test('VLANs are refused, and of more than 20 subnets the youngest', () => {
  const many = Array.from({ length: 22 }, (_, i) =>
    pool(`p${i}`, { gateway: `172.16.${i}.1`, prefixLength: 24 }, `2026-01-01T00:00:${String(59 - i)}Z`),
  );
  const same = pool('same', { gateway: '172.16.5.1', prefixLength: 24 }, '2027');
  const vlan = pool('vlan', { gateway: '172.16.30.1', prefixLength: 24, vlan: 100 }, '2025');
  const problems = subnetProblems([...many, same, vlan, pool('plain')]);
  expect([...problems.keys()].sort()).toEqual(['p0', 'p1', 'vlan']);
  expect(problems.get('vlan')).toBe('VLAN 100 of ExternalIPPool vlan is not supported');
  expect(problems.get('p0')).toBe('the subnet of ExternalIPPool p0 is one more than the 20 that Nodes can have');
});

test('a subnet keeps its number, and a new one takes the first that is free', () => {
  const have = new Map([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
    [5, 'in part'],
  ]);
  expect([...numberSubnets(have, ['c', 'd', 'a'])].sort(([a], [b]) => a - b)).toEqual([
    [0, 'a'],
    [1, 'd'],
    [2, 'c'],
  ]);
  expect(numberSubnets(new Map(), ['a', 'a', 'b'])).toEqual(
    new Map([
      [0, 'a'],
      [1, 'b'],
    ]),
  );
});

const rule = { priority: 91, table: '7690', fwmark: '0x200c0000' };
const routes = [
  { dst: 'default', gateway: '172.16.19.1', dev: 'eth0', table: '7690' },
  { dst: '172.16.19.0/24', dev: 'eth0', table: '7690' },
];
test.each([
  { name: 'whole', rules: [rule], ways: routes, want: [[0, '172.16.19.0/24 via 172.16.19.1 dev eth0']] },
  { name: 'of somebody else', rules: [{ ...rule, table: '100' }], ways: [{ dst: 'default', table: '100' }], want: [] },
  { name: 'without the rule', rules: [], ways: routes, want: [[0, 'in part']] },
  { name: 'with another mark', rules: [{ ...rule, fwmark: '0x1' }], ways: routes, want: [[0, 'in part']] },
  { name: 'without a way', rules: [rule], ways: routes.slice(1), want: [[0, 'in part']] },
  {
    name: 'with a way more',
    rules: [rule],
    ways: [...routes, { dst: '1.1.1.1', dev: 'eth1', table: '7690' }],
    want: [[0, 'in part']],
  },
])('what the kernel has, $name', ({ rules, ways, want }) => {
  expect([...parseSubnets(rules, ways)]).toEqual(want);
});
