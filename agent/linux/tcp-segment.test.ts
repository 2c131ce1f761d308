import { expect, test } from 'vitest';
import { checksum } from './icmp.ts';
import { ipBytes } from './ip-bytes.ts';
import { parseIp } from './packet-parse.ts';
import { encodeSegment } from './tcp-segment.ts';

const segment = {
  from: { host: '10.203.1.7', port: 50_000 },
  to: { host: '172.16.20.20', port: 20_000 },
  seq: 1,
  ack: 0,
  window: 512,
  urgent: 0,
  data: Buffer.from('odd'),
};

test.each(['S', 'FS', 'FPU', 'PAU', ''])('flags %j', (flags) => {
  const bytes = encodeSegment({ ...segment, flags });
  const header = Buffer.from('4500002b00004000400600000acb0107ac101414', 'hex');
  expect(parseIp(Buffer.concat([header, bytes]))).toMatchObject({
    protocol: 'tcp',
    sport: 50_000,
    dport: 20_000,
    tcpFlags: flags,
  });
});

test('with its checksum it sums up to nothing, the pseudo-header included', () => {
  const bytes = encodeSegment({ ...segment, flags: 'S' });
  const pseudo = [ipBytes(segment.from.host), ipBytes(segment.to.host), Buffer.from([0, 6, 0, bytes.length])];
  expect(checksum(Buffer.concat([...pseudo, bytes]))).toBe(0);
});
