import { expect, test } from 'vitest';
import { arpFrame, parseArp } from './packet.ts';
import { parseFrame } from './packet-parse.ts';

const ethernet = '02420a0a0a0a02420b0b0b0b0800';
/** 10.203.1.7:40000 > 172.16.20.20:8080, 60 bytes. */
const ip = (protocol: string, fragment = '4000') => `4500003c0000${fragment}40${protocol}00000acb0107ac101414`;
const ports = '9c401f90';

test.each([
  [
    'a TCP SYN',
    `${ip('06')}${ports}0000000100000000a002fff1`,
    { protocol: 'tcp', sport: 40000, dport: 8080, tcpFlags: 'S' },
  ],
  ['a TCP FIN and ACK', `${ip('06')}${ports}0000000100000000a011fff1`, { protocol: 'tcp', tcpFlags: 'FA' }],
  ['UDP', `${ip('11')}${ports}00280000`, { protocol: 'udp', sport: 40000, dport: 8080, tcpFlags: '' }],
  ['ICMP', `${ip('01')}0800000000010001`, { protocol: 'icmp', sport: null, dport: null }],
  ['a later fragment, which has no ports', `${ip('11', '00b9')}${ports}00280000`, { protocol: 'udp', sport: null }],
  ['another protocol', `${ip('84')}${ports}`, { protocol: 'other', sport: null }],
])('%s', (_title, hex, expected) => {
  expect(parseFrame(Buffer.from(ethernet + hex, 'hex'))).toMatchObject({
    srcMac: '02:42:0b:0b:0b:0b',
    dstMac: '02:42:0a:0a:0a:0a',
    src: '10.203.1.7',
    dst: '172.16.20.20',
    length: 60,
    ...expected,
  });
});

test('an ARP announcement', () => {
  const mac = Buffer.from('02420a0a0a0a', 'hex');
  const frame = arpFrame({
    operation: 'request',
    to: Buffer.alloc(6, 0xff),
    senderMac: mac,
    sender: '172.16.18.131',
    targetMac: Buffer.alloc(6),
    target: '172.16.18.131',
  });
  expect(parseFrame(frame)).toMatchObject({
    protocol: 'arp',
    src: '172.16.18.131',
    dst: '172.16.18.131',
    srcMac: '02:42:0a:0a:0a:0a',
  });
  expect(parseArp(frame)).toEqual({
    operation: 'request',
    senderMac: '02:42:0a:0a:0a:0a',
    sender: '172.16.18.131',
    target: '172.16.18.131',
  });
});

test.each([
  ['nothing', ''],
  ['a cut header', `${ethernet}4500`],
  ['IPv6', ethernet.replace(/0800$/, '86dd') + '00'.repeat(40)],
])('is no packet of ours: %s', (_title, hex) => {
  expect(parseFrame(Buffer.from(hex, 'hex'))).toBeNull();
});
