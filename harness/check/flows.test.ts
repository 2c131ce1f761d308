import { expect, test } from 'vitest';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { flowsOf } from './flows.ts';
import { context, egressIP, node, samples } from './sample.fixture.ts';

const packet = (src: string, from: string): PacketEvent => ({
  iface: 'lan',
  atUs: 1_000_000,
  protocol: 'tcp',
  src,
  dst: '172.16.20.20',
  dport: 9001,
  bytes: 60,
  ttl: 63,
  from,
});
const nodeOf = (mac: string): string | undefined => ({ aa: 'node-1', bb: 'node-2' })[mac];
const facts = { nodeOf, startUs: context.startUs, ownerOf: context.ownerOf! };

test('connections that went alike are one flow, with the node that sent them out', () => {
  const flows = flowsOf({
    ...facts,
    samples: samples(egressIP, node, egressIP, 'timeout'),
    packets: [packet(egressIP, 'bb'), packet(node, 'aa'), packet(egressIP, 'router')],
  });
  const shop = { namespace: 'shop', pod: 'a', podIP: '10.203.1.5', node: 'node-1' };
  const rest = { ...shop, destination: 'witness 172.16.20.20', protocol: 'tcp' };
  expect(flows).toEqual([
    { ...rest, seen: egressIP, via: ['node-2'], outcome: 'ok', count: 2, firstAtMs: 0, lastAtMs: 20 },
    { ...rest, seen: node, seenOwner: 'node-1', via: ['node-1'], outcome: 'ok', count: 1, firstAtMs: 10, lastAtMs: 10 },
    { ...rest, seen: null, via: [], outcome: 'timeout', count: 1, firstAtMs: 30, lastAtMs: 30 },
  ]);
});

test('an address that moved went out by both nodes', () => {
  const packets = [packet(egressIP, 'bb'), packet(egressIP, 'aa')];
  expect(flowsOf({ ...facts, samples: samples(egressIP), packets })[0]?.via).toEqual(['node-1', 'node-2']);
});

test('a probe that failed by itself went nowhere', () => {
  expect(flowsOf({ ...facts, samples: samples('probeError'), packets: [] })).toEqual([]);
});
