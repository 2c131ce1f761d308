import { expect, test } from 'vitest';
import { outageOf } from './outage.ts';
import type { ProbeClass } from './probe-class.ts';

const letters: Readonly<Record<string, ProbeClass>> = {
  '.': 'ok',
  x: 'timeout',
  N: 'leakNodeIP',
  R: 'reset',
  '?': 'probeError',
};
/** One probe each 10 ms; the fault is at the third. */
const probes = (text: string) =>
  text.split('').map((letter, index) => ({ plannedUs: index * 10_000, class: letters[letter] ?? 'ok' }));

test.each<[string, Partial<ReturnType<typeof outageOf>>]>([
  ['..........', { bad: 0, totalOutageMs: 0, blackholeMs: 0, stretches: 0, recovered: true, firstBadMs: null }],
  ['..xxx.....', { bad: 3, totalOutageMs: 30, blackholeMs: 30, longestGapMs: 30, firstBadMs: 0, recovered: true }],
  ['..xxx.xx......', { totalOutageMs: 60, blackholeMs: 50, stretches: 1, longestGapMs: 30 }],
  ['..xxx.....xx.....', { totalOutageMs: 100, blackholeMs: 50, stretches: 2, longestGapMs: 30 }],
  ['..xxNN.....', { totalOutageMs: 40, blackholeMs: 20, wrongSourceMs: 20, stretches: 1 }],
  ['..RRR.....', { blackholeMs: 30, stretches: 1 }],
  ['..xx??x.....', { probeErrors: 2, totalOutageMs: 50, blackholeMs: 50, bad: 3 }],
  ['..xxxxxxxx', { recovered: false, totalOutageMs: 80 }],
  ['..xxxxx.xx.', { recovered: false }],
])('%s', (text, expected) => {
  expect(outageOf(probes(text), 10, 20_000)).toMatchObject(expected);
});
