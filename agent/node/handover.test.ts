import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import { Handover } from './handover.ts';

const ip = '172.16.18.131';
const alive = new Set(['node-1', 'node-2']);
const egress = (egressNode?: string, egressIP = ip): Egress => ({
  metadata: { name: 'e' },
  spec: { appliedTo: {}, egressIP: ip },
  ...(egressNode === undefined ? {} : { status: { egressNode, egressIP } }),
});

test.each([
  { name: 'nobody has it', status: egress(), want: true },
  { name: 'nobody has it any more', status: egress(''), want: true },
  { name: 'this node has it', status: egress('node-1'), want: true },
  { name: 'a dead node had it', status: egress('node-9'), want: true },
  { name: 'another node has the address before this one', status: egress('node-2', '172.16.18.130'), want: true },
  { name: 'another node has it', status: egress('node-2'), want: false },
])('$name: $want', ({ status, want }) => {
  expect(new Handover(1_000).mayTake(status, ip, 'node-1', alive, 0)).toBe(want);
});

test('the wait ends with the time that the lease of the other must have run out', () => {
  const handover = new Handover(1_000);
  const look = (now: number): boolean => {
    handover.begin();
    return handover.mayTake(egress('node-2'), ip, 'node-1', alive, now);
  };
  expect([
    look(100),
    handover.remaining(400),
    look(600),
    handover.remaining(600),
    look(1_100),
    handover.remaining(1_100),
  ]).toEqual([false, 700, false, 500, true, null]);
});

test('a wait that was given up begins anew', () => {
  const handover = new Handover(1_000);
  handover.begin();
  handover.mayTake(egress('node-2'), ip, 'node-1', alive, 0);
  handover.begin();
  handover.begin();
  expect(handover.mayTake(egress('node-2'), ip, 'node-1', alive, 5_000)).toBe(false);
});
