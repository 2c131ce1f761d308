import { expect, test } from 'vitest';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { context, egressIP, node, shop } from './sample.fixture.ts';
import { absentFromWire, leakFree } from './wire.ts';

const witness = '172.16.20.20';
const packet = (src: string, more: Partial<PacketEvent> = {}): PacketEvent => ({
  iface: 'lan',
  atUs: 2_000_000,
  protocol: 'tcp',
  src,
  dst: witness,
  sport: 40_000,
  dport: 9001,
  bytes: 60,
  ttl: 63,
  ...more,
});
const witness6 = 'fd00:20::20';
const rule = (packets: readonly PacketEvent[]) => ({
  packets,
  dropped: 0,
  pods: [{ pod: { ...shop, ip6: 'fd00:cb:0:1::7' }, port: 9001 }],
  windows: ([4, 6] as const).map((family) => ({ pod: shop, family, fromUs: 1_500_000, toUs: 3_000_000 })),
  podCIDRs: ['10.203.0.0/16', 'fd00:cb::/48'],
  nodeAddresses: [node, 'FD00:18::121'],
  outsideCIDRs: ['172.16.20.0/24', 'fd00:20::/64'],
  excepted: ['172.16.20.40/29'],
  answered: 1,
});

test.each<[string, 'pass' | 'fail' | 'unknown', PacketEvent[]]>([
  ['the Egress IP', 'pass', [packet(egressIP)]],
  ['the node’s address while the policy is settled', 'fail', [packet(egressIP), packet(node)]],
  ['the node’s address before', 'pass', [packet(node, { atUs: 1_400_000 })]],
  ['the node’s address after', 'pass', [packet(node, { atUs: 3_000_000 })]],
  ['the node’s address, of a connection from before', 'pass', [packet(node, { atUs: 1_400_000 }), packet(node)]],
  [
    'the node’s address, of another connection than the one from before',
    'fail',
    [packet(node, { atUs: 1_400_000 }), packet(node, { sport: 40_001 })],
  ],
  ['the pod’s own address, at any time', 'fail', [packet(shop.ip, { atUs: 1_100_000 })]],
  [
    'the pod’s own address, in answer to a connection from outside',
    'pass',
    [
      packet(witness, { dst: shop.ip, sport: 5000, dport: 8080, atUs: 1_900_000 }),
      packet(shop.ip, { sport: 8080, dport: 5000 }),
      packet(egressIP),
    ],
  ],
  [
    'the pod’s own address, answered by the outside',
    'fail',
    [packet(shop.ip), packet(witness, { dst: shop.ip, sport: 9001, dport: 40_000, atUs: 2_000_100 })],
  ],
  ['the node’s address to an excepted destination', 'pass', [packet(node, { dst: '172.16.20.41' })]],
  ['the pod’s own address to an excepted destination', 'fail', [packet(shop.ip, { dst: '172.16.20.41' })]],
  ['the node’s address to somebody else’s port', 'unknown', [packet(node, { dport: 9002 })]],
  ['the node’s address within the cluster', 'unknown', [packet(node, { dst: '172.16.18.122' })]],
  ['the Egress IP over IPv6', 'pass', [packet('fd00:18::131', { dst: witness6 })]],
  ['the node’s IPv6 address', 'fail', [packet('fd00:18::121', { dst: witness6 })]],
  ['a pod’s own IPv6 address', 'fail', [packet('fd00:cb:0:1::7', { dst: witness6, atUs: 1_100_000 })]],
  ['a pod’s own IPv6 address, to nobody’s port', 'fail', [packet('fd00:cb:0:1::7', { dst: witness6, dport: 9 })]],
  ['the node’s address in Neighbour Discovery', 'unknown', [packet('fd00:18::121', { protocol: 'nd', dst: witness6 })]],
  ['nothing, though the witness answered', 'unknown', []],
])('a packet with %s: %s', (_what, outcome, packets) => {
  expect(leakFree(rule(packets), context).outcome).toBe(outcome);
});

test('a capture that lost packets cannot vouch for the others', () => {
  expect(leakFree({ ...rule([packet(egressIP)]), dropped: 3 }, context).outcome).toBe('unknown');
});

test('a packet that passes two interfaces is one packet', () => {
  const { violations } = leakFree(rule([packet(node), packet(node, { iface: 'out' }), packet(node)]), context);
  expect(violations).toEqual([expect.objectContaining({ seen: node, seenOwner: 'node-1', count: 2, of: 2 })]);
});

test.each<['pass' | 'fail' | 'unknown', PacketEvent[]]>([
  ['pass', [packet(node)]],
  ['fail', [packet(node), packet(egressIP)]],
  ['unknown', []],
])('absent from the wire: %s', (outcome, packets) => {
  expect(absentFromWire({ packets, addresses: [egressIP], dropped: 0, atLeast: 1 }, context).outcome).toBe(outcome);
});
