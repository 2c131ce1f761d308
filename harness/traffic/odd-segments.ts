import { randomInt } from 'node:crypto';
import { encodeSegment } from '../../agent/linux/tcp-segment.ts';
import { familyOf, type Sockets } from '../../agent/linux/sockets.ts';
import type { Target } from './probe.ts';

const tcpProtocol = 6;

/** Segments that no ordinary program sends, by what is odd about them; each has other flags, so that a capture tells them apart. */
const oddSegments = {
  'SYN with data': { flags: 'S', window: 65_535, urgent: 0, data: 'early' },
  'urgent data of no connection': { flags: 'PAU', window: 65_535, urgent: 4, data: 'urgent' },
  'a window of nothing': { flags: 'A', window: 0, urgent: 0, data: '' },
  'SYN and FIN': { flags: 'FS', window: 65_535, urgent: 0, data: '' },
  'FIN, PSH and URG': { flags: 'FPU', window: 65_535, urgent: 0, data: '' },
  'no flags at all': { flags: '', window: 65_535, urgent: 0, data: '' },
} as const;

/** Sends each of them `count` times, from a port of its own each time; gives how many were sent. */
export function sendOddSegments(sockets: Sockets, to: Target, from: string, count: number): number {
  using raw = sockets.open({ family: familyOf(to.host), type: 'raw', protocol: tcpProtocol });
  const all = Object.values(oddSegments).flatMap((one) => Array.from({ length: count }, () => one));
  for (const { data, ...odd } of all) {
    const source = { host: from, port: randomInt(49_152, 65_536) };
    const numbers = { seq: randomInt(2 ** 32), ack: odd.flags.includes('A') ? randomInt(2 ** 32) : 0 };
    raw.send(encodeSegment({ ...odd, ...numbers, from: source, to, data: Buffer.from(data) }), to);
  }
  return all.length;
}
