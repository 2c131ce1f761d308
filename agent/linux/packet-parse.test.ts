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
    `${ip('06')}${ports}0000000100000000a002fff100000000`,
    { protocol: 'tcp', sport: 40000, dport: 8080, tcpFlags: 'S' },
  ],
  ['a TCP FIN and ACK', `${ip('06')}${ports}0000000100000000a011fff100000000`, { protocol: 'tcp', tcpFlags: 'FA' }],
  ['UDP', `${ip('11')}${ports}00280000`, { protocol: 'udp', sport: 40000, dport: 8080, tcpFlags: '' }],
  [
    'the segment size of a SYN',
    `${ip('06')}${ports}0000000100000000b002fff100000000010101010204057a0000`,
    { maxSegment: 1402 },
  ],
  ['options of a SYN cut short', `${ip('06')}${ports}0000000100000000f002fff1000000000204`, { maxSegment: null }],
  ['an echo', `${ip('01')}08000000000100026869`, { protocol: 'icmp', sport: null, echo: { id: 1 }, isFragment: false }],
  ['an ICMP error', `${ip('01')}0304000000000514`, { protocol: 'icmp', echo: null }],
  ['a first fragment', `${ip('11', '2000')}${ports}00280000`, { protocol: 'udp', dport: 8080, isFragment: true }],
  [
    'a later fragment, which has no ports',
    `${ip('11', '00b9')}${ports}00280000`,
    { protocol: 'udp', sport: null, isFragment: true },
  ],
  [
    'options in the header',
    `4600003c0000400040110000${'0acb0107ac101414'}01010100${ports}00280000`,
    { dport: 8080, hasOptions: true },
  ],
  [
    'TTL and DSCP',
    `${ip('11').replace(/^4500/, '45b8')}${ports}00280000`,
    { ttl: 64, trafficClass: 0xb8, hasOptions: false },
  ],
  ['SCTP', `${ip('84')}${ports}0000000000000000`, { protocol: 'sctp', sport: 40000, dport: 8080 }],
  ['another protocol', `${ip('2f')}${ports}`, { protocol: 'other', sport: null }],
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

const ethernet6 = ethernet.replace(/0800$/, '86dd');
/** fd00:cb:1::7 > fd00:20::20, with that much behind the header. */
const ip6 = (next: string, payload: string) =>
  `60000000${(payload.length / 2).toString(16).padStart(4, '0')}${next}40fd0000cb000100000000000000000007fd000020000000000000000000000020${payload}`;
const udp6 = `${ports}00280000`;
const nd = (type: string) => `${type}00000060000000fd000018000000000000000000000131020102420a0a0a0a`;

test.each([
  ['UDP', ip6('11', udp6), { protocol: 'udp', sport: 40000, dport: 8080, length: 48, ttl: 64 }],
  ['a traffic class', ip6('11', udp6).replace(/^600/, '6b8'), { trafficClass: 0xb8 }],
  ['a TCP SYN', ip6('06', `${ports}0000000100000000a002fff100000000`), { protocol: 'tcp', dport: 8080, tcpFlags: 'S' }],
  [
    'UDP behind hop-by-hop and destination options',
    ip6('00', `3c00010400000000` + `1101010400000000${'0'.repeat(16)}` + udp6),
    { protocol: 'udp', sport: 40000, hasOptions: true },
  ],
  ['a first fragment', ip6('2c', `1100000100000007${udp6}`), { protocol: 'udp', dport: 8080, isFragment: true }],
  ['a later fragment, which has no ports', ip6('2c', `110005a800000007${udp6}`), { protocol: 'udp', dport: null }],
  ['an extension header cut short', ip6('2c', '11000001'), { protocol: 'other', sport: null }],
  ['an echo request', ip6('3a', '8000000000010001'), { protocol: 'icmp6', target: null, echo: { id: 1 } }],
  ['a router solicitation', ip6('3a', '8500000000000000'), { protocol: 'nd', target: null }],
  ['a neighbour solicitation', ip6('3a', nd('87')), { protocol: 'nd', target: 'fd00:18::131' }],
  ['a neighbour advertisement', ip6('3a', nd('88')), { protocol: 'nd', target: 'fd00:18::131' }],
])('IPv6: %s', (_title, hex, expected) => {
  expect(parseFrame(Buffer.from(ethernet6 + hex, 'hex'))).toMatchObject({
    srcMac: '02:42:0b:0b:0b:0b',
    src: 'fd00:cb:1::7',
    dst: 'fd00:20::20',
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
  ['IPv6 in a frame that says IPv4', `${ethernet}6000${'00'.repeat(30)}`],
  ['another protocol of the link', ethernet.replace(/0800$/, '88cc') + '00'.repeat(40)],
])('is no packet of ours: %s', (_title, hex) => {
  expect(parseFrame(Buffer.from(hex, 'hex'))).toBeNull();
});
