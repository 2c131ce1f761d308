import { expect, test } from 'vitest';
import { egressTopology, nodeIpamTopology, topologies } from '../topologies.ts';
import { cable, macOf, planNode, planTopology } from './plan-topology.ts';

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

test.each(Object.entries(topologies))('no address of %s stands for two things', (_name, topology) => {
  const { nodes, nodeLan, outside, egressRange } = topology();
  const all = [
    ...nodes.map((node) => node.address),
    nodeLan.router,
    nodeLan.controlPlane,
    outside.router,
    outside.database,
    outside.witness,
  ];
  expect(new Set(all).size).toBe(all.length);
  const last = (address: string) => Number(address.split('.')[3]);
  const inRange = nodes.filter(
    (node) => last(node.address) >= last(egressRange.first) && last(node.address) <= last(egressRange.last),
  );
  expect(inRange).toEqual([]);
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
    ]),
  );
});

test('a node masquerades what leaves the cluster, and only its own pods', () => {
  const [node] = egressTopology().nodes;
  if (!node) throw new Error('no node');
  expect(planNode(egressTopology(), node).nft).toContain('ip saddr 10.203.1.0/24 ip daddr != 10.203.0.0/16 masquerade');
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

test('a MAC shows its address', () => {
  expect(macOf('172.16.18.131')).toBe('02:42:ac:10:12:83');
});
