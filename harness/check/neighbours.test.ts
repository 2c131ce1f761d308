import { expect, test } from 'vitest';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import { nobodyAskedFor } from './neighbours.ts';
import { context, node } from './sample.fixture.ts';

const asks = (dst: string, protocol: PacketEvent['protocol'] = 'arp'): PacketEvent => ({
  iface: 'eth0',
  atUs: 1,
  protocol,
  src: node,
  dst,
  bytes: 28,
  ttl: 64,
});

test.each<[string, 'pass' | 'fail' | 'unknown', PacketEvent[], number]>([
  ['for other addresses', 'pass', [asks('172.16.18.131')], 0],
  ['for one of them', 'fail', [asks('172.16.18.131'), asks('10.96.0.7')], 0],
  ['for one of them, on a capture that lost packets', 'fail', [asks('10.96.0.7')], 2],
  ['for others, on a capture that lost packets', 'unknown', [asks('172.16.18.131')], 2],
  ['for nobody', 'unknown', [asks('10.96.0.7', 'tcp')], 0],
])('somebody asks %s: %s', (_what, outcome, packets, dropped) => {
  const rule = { packets, dropped, cidrs: ['10.96.0.0/16'], atLeast: 1 };
  expect(nobodyAskedFor(rule, context).outcome).toBe(outcome);
});
