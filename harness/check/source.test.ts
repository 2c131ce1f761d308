import { expect, test } from 'vitest';
import { context, egressIP, node, samples, shop } from './sample.fixture.ts';
import {
  balanced,
  neverSource,
  notReachable,
  reachable,
  refusedByHost,
  rejectedByServer,
  sourceAlways,
  sourceSteady,
} from './source.ts';

type Seen = readonly string[];

const rule = (atLeast: number, ...seen: Seen) => ({
  pods: [shop],
  samples: samples(...seen),
  atLeast,
});
const other = '172.16.18.132';

test.each<[string, 'pass' | 'fail' | 'unknown', Seen]>([
  ['all with the Egress IP', 'pass', [egressIP, egressIP]],
  ['one of them with the node’s address', 'fail', [egressIP, node]],
  ['one of them lost', 'fail', [egressIP, 'timeout']],
  ['too few', 'unknown', [egressIP]],
  ['too few because the probe failed', 'unknown', [egressIP, 'probeError']],
  ['none', 'unknown', []],
])('the source of %s connections: %s', (_what, outcome, seen) => {
  expect(sourceAlways({ ...rule(2, ...seen), expectedOf: () => [egressIP] }, context).outcome).toBe(outcome);
});

test.each<[string, 'pass' | 'fail' | 'unknown', Seen]>([
  ['one of the two', 'pass', [other, other]],
  ['both in turn', 'fail', [egressIP, other]],
  ['a third', 'fail', [egressIP, node]],
  ['neither', 'fail', [node, node]],
  ['too few', 'unknown', [egressIP]],
])('a pod keeps to one source; seen: %s: %s', (_what, outcome, seen) => {
  expect(sourceSteady({ ...rule(2, ...seen), addresses: [egressIP, other] }, context).outcome).toBe(outcome);
});

test('a failure says who, where to, what was seen and expected, and how often', () => {
  const { violations } = sourceAlways(
    { ...rule(4, egressIP, node, node, 'refused'), expectedOf: () => [egressIP] },
    context,
  );
  const where = { namespace: 'shop', pod: 'a', podIP: '10.203.1.5', node: 'node-1', protocol: 'tcp' };
  expect(violations).toEqual([
    expect.objectContaining({
      ...where,
      destination: 'witness 172.16.20.20:9001',
      seen: node,
      seenOwner: 'node-1',
      expected: [egressIP],
      count: 2,
      of: 4,
      firstAtMs: 10,
    }),
    expect.objectContaining({ ...where, seen: null, ended: 'refused', count: 1, of: 4, firstAtMs: 30 }),
  ]);
});

test('a pod that made no connection proves nothing, whatever the others did', () => {
  const silent = { ...shop, name: 'b' };
  const { outcome, message } = sourceAlways(
    { ...rule(1, egressIP), pods: [shop, silent], expectedOf: () => [egressIP] },
    context,
  );
  expect(outcome).toBe('unknown');
  expect(message).toContain('shop/b made no connection');
});

test.each<[typeof reachable, 'pass' | 'fail' | 'unknown', Seen]>([
  [reachable, 'pass', [node, egressIP]],
  [reachable, 'fail', [node, 'refused']],
  [reachable, 'unknown', [node]],
  [notReachable, 'pass', ['timeout', 'refused']],
  [notReachable, 'fail', ['timeout', node]],
  [rejectedByServer, 'pass', ['rejected', 'rejected']],
  [rejectedByServer, 'fail', ['rejected', 'timeout']],
  [refusedByHost, 'pass', ['refused', 'refused']],
  // Without the ICMP error the datagram is just lost.
  [refusedByHost, 'fail', ['refused', 'timeout']],
  [refusedByHost, 'fail', ['refused', egressIP]],
  [refusedByHost, 'unknown', ['refused', 'probeError']],
])('%o: %s', (check, outcome, seen) => {
  expect(check(rule(2, ...seen), context).outcome).toBe(outcome);
});

test.each<['pass' | 'fail' | 'unknown', Seen]>([
  ['pass', [node, node]],
  ['fail', [node, egressIP]],
  // What did not arrive was not seen with any address.
  ['unknown', ['timeout', 'timeout']],
])('never with an address: %s', (outcome, seen) => {
  expect(neverSource({ ...rule(2, ...seen), forbiddenOf: () => [egressIP] }, context).outcome).toBe(outcome);
});

test.each<['pass' | 'fail', Seen]>([
  ['pass', [egressIP, other, egressIP, other]],
  ['fail', [egressIP, egressIP, egressIP, egressIP]],
  ['fail', [egressIP, other, node, other]],
])('balanced over two addresses: %s', (outcome, seen) => {
  expect(balanced({ ...rule(4, ...seen), addresses: [egressIP, other], share: 0.25 }, context).outcome).toBe(outcome);
});
