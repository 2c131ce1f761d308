import { expect, test } from 'vitest';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { dialledOnlyAs, dialledWithin, type Dial } from './pod-start.ts';

const context = { name: 'pods are only ever seen as X', startUs: 0 };
const x = '172.16.18.131';

const dial = (port: number, knownMs: number | undefined, answers: readonly [string, number][]): Dial => ({
  pod: {
    namespace: 'shop',
    name: `dial-${port}`,
    ip: knownMs === undefined ? '' : '10.203.1.9',
    node: 'node-1',
    nodeAddress: '172.16.18.121',
    hostNetwork: false,
  },
  port,
  createdUs: 0,
  addressKnownUs: knownMs === undefined ? undefined : knownMs * 1000,
  arrivals: answers.map(([source, atMs]) => ({ source, atUs: atMs * 1000 })),
});
const packet = (dport: number, src: string, atMs: number): PacketEvent => ({
  iface: 'lan',
  atUs: atMs * 1000,
  protocol: 'tcp',
  src,
  dst: '172.16.20.20',
  sport: 40_000,
  dport,
  bytes: 60,
  ttl: 63,
});
const good = { dial: dial(1, 10, [[x, 40]]), packet: packet(1, x, 30) };

test.each([
  { what: 'all as X', dials: [good.dial], packets: [good.packet], dropped: 0, want: 'pass', rows: 0 },
  {
    what: 'one packet of a node is enough, answered or not',
    dials: [good.dial],
    packets: [packet(1, '172.16.18.121', 5), good.packet],
    dropped: 0,
    want: 'fail',
    rows: 1,
  },
  {
    what: 'a pod that was gone before its address was known',
    dials: [dial(2, undefined, [['172.16.18.121', 5]])],
    packets: [],
    dropped: 0,
    want: 'fail',
    rows: 1,
  },
  {
    what: 'a capture that lost packets',
    dials: [good.dial],
    packets: [good.packet],
    dropped: 3,
    want: 'unknown',
    rows: 0,
  },
  {
    what: 'a pod of which nothing was seen',
    dials: [dial(3, 10, [])],
    packets: [],
    dropped: 0,
    want: 'unknown',
    rows: 0,
  },
])('sources: $what: $want', ({ dials, packets, dropped, want, rows }) => {
  const result = dialledOnlyAs({ dials, packets, dropped, expectedOf: () => x }, context);
  expect([result.outcome, result.violations.length]).toEqual([want, rows]);
});

test('a leak is counted once a pod, with what was seen', () => {
  const packets = [packet(1, '172.16.18.121', 5), packet(1, '172.16.18.121', 6), packet(1, '10.203.1.9', 7)];
  const result = dialledOnlyAs({ dials: [good.dial], packets, dropped: 0, expectedOf: () => x }, context);
  expect(result.measured).toEqual({ starts: 1, leaks: 1 });
  expect(result.violations.map(({ seen, count, of, firstAtMs }) => [seen, count, of, firstAtMs])).toEqual([
    ['172.16.18.121', 2, 4, 5],
    ['10.203.1.9', 1, 4, 7],
  ]);
});

test('times count from when the address was known', () => {
  const dials = [good.dial, dial(2, 10, [[x, 210]])];
  const result = dialledWithin({ dials, packets: [good.packet, packet(2, x, 110)], limitMs: 1_000 }, context);
  expect(result.measured).toEqual({
    ruleInPlaceP50Ms: 20,
    ruleInPlaceP99Ms: 100,
    ruleInPlaceMaxMs: 100,
    firstReplyP50Ms: 30,
    firstReplyP99Ms: 200,
    firstReplyMaxMs: 200,
  });
});

test.each([
  { what: 'answered too late', dials: [dial(1, 10, [[x, 1_500]])] },
  { what: 'never answered', dials: [dial(1, 10, [])] },
  { what: 'its address never known', dials: [dial(1, undefined, [[x, 20]])] },
])('$what: fail', ({ dials }) => {
  expect(dialledWithin({ dials, packets: [good.packet], limitMs: 1_000 }, context).outcome).toBe('fail');
});
