import { expect, test } from 'vitest';
import { egressTopology } from '../topologies.ts';
import { driverOptionsFor, planNetworks } from './networks.ts';

test('the first pair of networks is that of the figure, with its router and its Egress IPs beyond what Docker gives out', () => {
  const { lan, outside } = planNetworks(egressTopology(), 0);
  expect(lan).toEqual({
    cidr: '172.16.18.0/24',
    containers: '172.16.18.64/26',
    gateway: '172.16.18.254',
    router: '172.16.18.1',
    ipv6: {
      cidr: 'fd00:172:16:18::/64',
      containers: 'fd00:172:16:18::1:0/112',
      gateway: 'fd00:172:16:18::254',
      router: 'fd00:172:16:18::1',
    },
  });
  expect(outside.cidr).toBe('172.16.20.0/24');
});

test('no two pairs have a network in common', () => {
  const pairs = Array.from({ length: 58 }, (_, attempt) => planNetworks(egressTopology(), attempt));
  const all = pairs.flatMap(({ lan, outside }) => [lan.cidr, outside.cidr]);
  expect(new Set(all).size).toBe(all.length);
  expect(all.every((cidr) => /^172\.16\.(\d+)\.0\/24$/.test(cidr) && Number(cidr.split('.')[2]) < 255)).toBe(true);
});

test.each([
  ['20.10.24+dfsg1', 0],
  ['27.5.1', 0],
  ['28.2.2', 2],
])('Docker %s: %i options', (version, count) => {
  expect(driverOptionsFor(version)).toHaveLength(count);
});
