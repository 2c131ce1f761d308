import { expect, test } from 'vitest';
import { nothingForged, type ForgeryRule } from './forgery.ts';

const pod = {
  namespace: 'mallory',
  name: 'm-1',
  ip: '10.203.1.9',
  node: 'node-1',
  nodeAddress: '172.16.18.121',
  hostNetwork: false,
};
const forger = { pod, port: 20_001, mayBeSeenAs: ['172.16.18.121'], honestPort: 9_000 };
const honest = {
  iface: 'lan0',
  atUs: 10,
  protocol: 'udp',
  src: '172.16.18.121',
  dst: '172.16.20.20',
  sport: 9_000,
  dport: 20_001,
  bytes: 40,
  ttl: 63,
};
const rule: ForgeryRule = { packets: [honest], dropped: 0, forgers: [forger], sent: 12 };
const context = { name: 'nobody forges', startUs: 0, ownerOf: () => 'lab' };

test.each([
  { when: 'only honest packets are outside', change: {}, outcome: 'pass' },
  {
    when: 'a stolen address is outside',
    change: { packets: [honest, { ...honest, src: '172.16.18.131' }] },
    outcome: 'fail',
  },
  {
    when: 'somebody else has the address',
    change: { packets: [honest, { ...honest, src: '172.16.18.131', dport: 20_002 }] },
    outcome: 'pass',
  },
  { when: 'not even an honest packet is outside', change: { packets: [] }, outcome: 'unknown' },
  { when: 'the capture lost packets', change: { dropped: 1 }, outcome: 'unknown' },
  {
    when: 'there could be no honest packet',
    change: { packets: [], forgers: [{ pod, port: 20_001, mayBeSeenAs: [] }] },
    outcome: 'pass',
  },
])('$when: $outcome', ({ change, outcome }) => {
  expect(nothingForged({ ...rule, ...change }, context).outcome).toBe(outcome);
});

test('a violation says whose address it was', () => {
  const [row] = nothingForged({ ...rule, packets: [{ ...honest, src: '172.16.18.131' }] }, context).violations;
  expect(row).toMatchObject({
    pod: 'm-1',
    seen: '172.16.18.131',
    seenOwner: 'lab',
    expected: ['172.16.18.121'],
    count: 1,
  });
});
