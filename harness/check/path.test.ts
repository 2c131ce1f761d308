import { expect, test } from 'vitest';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { everyHopTells, headersKept, pathMtuWithin, segmentSizesTold, segmentsOnlyAs } from './path.ts';
import { context, egressIP, shop } from './sample.fixture.ts';

test.each<['pass' | 'fail' | 'unknown', number[]]>([
  ['pass', [1300, 1300]],
  ['fail', [1300, 1500]],
  ['unknown', []],
])('a path MTU of 1,300 bytes: %s with %j', (outcome, sizes) => {
  const learned = sizes.map((bytes) => ({ pod: shop, bytes }));
  expect(pathMtuWithin({ learned, min: 1300, max: 1300 }, context).outcome).toBe(outcome);
});

const router = '172.16.18.1';
test.each<['pass' | 'fail', (string | null)[], boolean]>([
  ['pass', ['10.203.1.1', router], true],
  ['pass', ['10.203.1.1', '172.16.18.121', router], true],
  ['fail', ['10.203.1.1', router], false],
  ['fail', ['10.203.1.1', null, router], true],
  ['fail', ['10.203.1.1'], true],
])('hops: %s with %j', (outcome, hops, reached) => {
  expect(everyHopTells({ paths: [{ pod: shop, hops, reached }], router }, context).outcome).toBe(outcome);
});

test('nobody looked', () => {
  expect(everyHopTells({ paths: [], router }, context).outcome).toBe('unknown');
});

const segment = (tcpFlags: string, maxSegment?: number): PacketEvent => ({
  iface: 'lan',
  atUs: 0,
  protocol: 'tcp',
  ...(tcpFlags === 'S' ? { src: egressIP, dst: '172.16.20.20' } : { src: '172.16.20.20', dst: egressIP }),
  bytes: 60,
  ttl: 63,
  tcpFlags,
  ...(maxSegment === undefined ? {} : { maxSegment }),
});
test.each<['pass' | 'fail' | 'unknown', PacketEvent[]]>([
  ['pass', [segment('S', 1410), segment('SA', 1460)]],
  ['fail', [segment('S', 1410), segment('SA')]],
  ['fail', [segment('S', 1461), segment('SA', 1460)]],
  ['unknown', [segment('S', 1410)]],
  ['unknown', []],
])('segment sizes: %s', (outcome, packets) => {
  const rule = { packets, dropped: 0, address: egressIP, largest: 1460 };
  expect(segmentSizesTold(rule, context).outcome).toBe(outcome);
});

const datagram = (more: Partial<PacketEvent> = {}): PacketEvent => ({
  iface: 'lan',
  atUs: 0,
  protocol: 'udp',
  src: egressIP,
  dst: '172.16.20.20',
  bytes: 60,
  ttl: 63,
  trafficClass: 0xb9,
  ...more,
});
test.each<['pass' | 'fail' | 'unknown', PacketEvent[]]>([
  ['pass', [datagram(), datagram({ src: '172.16.20.20', trafficClass: 0 })]],
  ['fail', [datagram(), datagram({ trafficClass: 0xb8 })]],
  ['fail', [datagram(), datagram({ hasOptions: true })]],
  ['unknown', []],
])('a traffic class of 0xb9 and no options: %s', (outcome, packets) => {
  const rule = { packets, dropped: 0, address: egressIP, trafficClass: 0xb9, hasOptions: false, atLeast: 1 };
  expect(headersKept(rule, context).outcome).toBe(outcome);
});

const odd = (tcpFlags: string, src = egressIP, dport = 20_000): PacketEvent => ({
  ...segment('S'),
  src,
  dport,
  sport: 50_000,
  tcpFlags,
});
test.each<['pass' | 'fail', PacketEvent[]]>([
  ['pass', [odd('S')]],
  ['pass', [odd('S'), odd('FPU'), odd('S', shop.ip, 20_001)]],
  ['fail', [odd('S'), odd('FPU', shop.ip)]],
  ['fail', [odd('FPU')]],
  ['fail', []],
])('odd segments: %s', (outcome, packets) => {
  const kinds = [
    { name: 'syn', flags: 'S', isWanted: true },
    { name: 'xmas', flags: 'FPU', isWanted: false },
  ];
  const rule = { packets, dropped: 0, ports: new Set([20_000]), address: egressIP, kinds };
  expect(segmentsOnlyAs(rule, context).outcome).toBe(outcome);
});
