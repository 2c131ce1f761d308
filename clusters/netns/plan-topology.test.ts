import { expect, test } from 'vitest';
import { addressRange, rangeContains } from '../../agent/base/ip-range.ts';
import { perFamily, primaryOnly } from '../families.ts';
import { egressTopology, nodeIpamTopology, topologies } from '../topologies.ts';
import { cable, linkLocalOf, macOf, planNode, planTopology } from './plan-topology.ts';

const plan = planTopology(egressTopology());
const linesOf = (namespace: string) => plan.namespaces.find((one) => one.namespace === namespace)?.ip ?? [];

test('the topologies have the addresses of the article', () => {
  expect(egressTopology().nodes.map((node) => [node.address, node.podCIDR])).toEqual([
    ['172.16.18.121', '10.203.1.0/24'],
    ['172.16.18.122', '10.203.2.0/24'],
    ['172.16.18.123', '10.203.3.0/24'],
  ]);
  const seven = nodeIpamTopology().nodes;
  expect([seven[0]?.address, seven[0]?.podCIDR, seven[6]?.address, seven[6]?.podCIDR]).toEqual([
    '172.16.11.11',
    '10.10.1.0/24',
    '172.16.11.17',
    '10.10.7.0/24',
  ]);
});

test.each(
  Object.entries(topologies).flatMap(([name, topology]) =>
    perFamily(topology()).map((family) => [name, family.nodeLan.cidr, family] as const),
  ),
)('no address of %s in %s stands for two things', (_name, _cidr, { nodes, nodeLan, outside, egressRange }) => {
  const all = [
    ...nodes.map((node) => node.address),
    nodeLan.router,
    nodeLan.controlPlane,
    outside.router,
    outside.database,
    outside.witness,
  ];
  expect(new Set(all).size).toBe(all.length);
  const range = addressRange(egressRange.first, egressRange.last);
  if (range === null) throw new Error('no range');
  expect(all.filter((address) => rangeContains(range, address))).toEqual([]);
});

test('fifty nodes keep clear of the Egress IPs', () => {
  const addresses = egressTopology({ nodes: 50 }).nodes.map((node) => Number(node.address.split('.')[3]));
  expect(addresses.filter((last) => last > 130 && last <= 150)).toEqual([]);
  expect(Math.max(...addresses)).toBeLessThan(255);
});

test.each([0, 101, 2.5])('%d nodes are refused', (nodes) => {
  expect(() => egressTopology({ nodes })).toThrow(RangeError);
});

test('a node reaches the other nodes’ pods over the LAN and everything else by the router', () => {
  expect(linesOf('node-1')).toEqual(
    expect.arrayContaining([
      'addr add 172.16.18.121/24 brd + dev eth0',
      'route add default via 172.16.18.1',
      'route add 10.203.2.0/24 via 172.16.18.122 dev eth0',
      'route add unreachable 10.203.1.0/24',
      'addr add fd00:172:16:18::121/64 dev eth0 nodad',
      'route add default via fd00:172:16:18::1',
      'route add fd00:10:203:2::/64 via fd00:172:16:18::122 dev eth0',
      'route add unreachable fd00:10:203:1::/64',
    ]),
  );
});

test('a node masquerades what leaves the cluster, and only its own pods', () => {
  const [node] = egressTopology().nodes;
  if (!node) throw new Error('no node');
  const { nft } = planNode(egressTopology(), node);
  expect(nft).toContain('ip saddr 10.203.1.0/24 ip daddr != 10.203.0.0/16 masquerade');
  expect(nft).toContain('ip6 saddr fd00:10:203:1::/64 ip6 daddr != fd00:10:203::/48 masquerade');
});

test('a topology of one family has nothing of the other', () => {
  const text = JSON.stringify(planTopology(primaryOnly(egressTopology())));
  expect(text).toContain('172.16.18.121');
  expect(text).not.toContain('fd00');
  expect(text).not.toContain('ip6');
});

test('the router knows no route to pods: an address that leaks is never answered', () => {
  expect(linesOf('router').filter((line) => line.startsWith('route'))).toEqual([]);
});

test.each([
  ['node-1', 'sw-node-1'],
  ['control-plane', 'sw-control-plan'],
])('the cable of %s has a name the kernel takes', (namespace, name) => {
  expect(cable(namespace)).toBe(name);
});

test.each([
  ['172.16.18.131', '02:42:ac:10:12:83'],
  ['fd00:172:16:18::131', '02:42:00:18:01:31'],
])('the MAC of %s shows it', (address, mac) => {
  expect(macOf(address)).toBe(mac);
});

test('the link-local address of a MAC', () => {
  expect(linkLocalOf('02:42:ac:10:12:83')).toBe('fe80::42:acff:fe10:1283');
});
