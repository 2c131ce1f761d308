import { expect, test } from 'vitest';
import { allocated, assigned, notAssigned } from '../api/conditions.ts';
import type { Egress, EgressStatus } from '../api/egress.ts';
import type { Ownership, Place } from './ownership.ts';
import { reporterOf, statusChange } from './status.ts';

const since = { lastTransitionTime: 'before' };
const egress = (status?: EgressStatus): Egress => ({
  metadata: { name: 'lab' },
  spec: { appliedTo: {}, egressIP: '172.16.18.131', externalIPPool: 'p' },
  ...(status ? { status } : {}),
});
const place = (node: string | null, change: Partial<Place> = {}): Place => ({
  ip: '172.16.18.131',
  family: 4,
  node,
  pooled: true,
  pool: 'p',
  why: node === null ? 'no Node available' : null,
  ...change,
});
const on = (node: string | null, change: Partial<Place> = {}): Ownership => ({
  egress: egress(),
  places: [place(node, change)],
});
const here: EgressStatus = {
  egressNode: 'node-1',
  egressIP: '172.16.18.131',
  conditions: [{ ...assigned(), ...since }],
};
const away: EgressStatus = { ...here, egressNode: 'node-2' };
const isAssigned = 'Assigned Egress lab with IP 172.16.18.131 on Node node-1';
const isUnassigned = 'Unassigned Egress lab with IP 172.16.18.131 from Node node-1';

const isNowhere = 'Failed to assign the IP to EgressNode: no Node available';

test.each<{
  name: string;
  status?: EgressStatus;
  entry: Ownership;
  holds?: boolean;
  reports?: boolean;
  node?: string;
  notes?: string[];
}>([
  { name: 'the new owner writes itself', entry: on('node-1'), holds: true, node: 'node-1', notes: [isAssigned] },
  { name: 'the owner has nothing to add', status: here, entry: on('node-1'), holds: true },
  {
    name: 'the owner takes over from another',
    status: away,
    entry: on('node-1'),
    holds: true,
    node: 'node-1',
    notes: [isAssigned],
  },
  { name: 'who may not take it yet says nothing', status: away, entry: on('node-1') },
  { name: 'the old owner gives it up', status: here, entry: on('node-2'), node: '', notes: [isUnassigned] },
  { name: 'others say nothing', status: away, entry: on('node-3') },
  { name: 'others say nothing of an address without a node', status: away, entry: on(null) },
  {
    name: 'the reporter does',
    status: away,
    entry: on(null),
    reports: true,
    node: '',
    notes: [isUnassigned.replace('node-1', 'node-2'), isNowhere],
  },
  {
    name: 'the last owner does as well',
    status: here,
    entry: on(null),
    node: '',
    notes: [isUnassigned, isNowhere],
  },
  {
    name: 'the reporter says it once',
    status: { egressNode: '', egressIP: '', conditions: [{ ...notAssigned('no Node available'), ...since }] },
    entry: on(null),
    reports: true,
  },
  {
    name: 'and again when the reason changes',
    status: { egressNode: '', egressIP: '', conditions: [{ ...notAssigned('something else'), ...since }] },
    entry: on(null),
    reports: true,
    node: '',
    notes: [isNowhere],
  },
  {
    name: 'a static address that nobody has yet is told of in the condition only',
    entry: on(null, { pooled: false, why: 'no Node has 172.16.18.131 configured' }),
    reports: true,
    node: '',
    notes: [],
  },
])('$name', ({ status, entry, holds = false, reports = false, node, notes }) => {
  const change = statusChange(egress(status), entry, { name: 'node-1', holds: () => holds, reports }, 'now');
  expect(change?.status.egressNode).toBe(node);
  expect(change?.events.map((event) => event.note)).toEqual(notes);
});

test('a change of address on one node is unassigned and assigned', () => {
  const change = statusChange(
    egress({ ...here, egressIP: '172.16.18.132' }),
    on('node-1'),
    { name: 'node-1', holds: () => true, reports: false },
    'now',
  );
  expect(change?.events.map((event) => event.reason)).toEqual(['IPUnassigned', 'IPAssigned']);
});

test('conditions: assigned before allocated, and why not', () => {
  const self = { name: 'node-1', holds: () => true, reports: true };
  const status: EgressStatus = { conditions: [{ ...allocated(), ...since }] };
  expect(statusChange(egress(status), on('node-1'), self, 'now')?.status.conditions).toEqual([
    { ...assigned(), lastTransitionTime: 'now' },
    { ...allocated(), ...since },
  ]);
  expect(statusChange(egress(status), on(null), self, 'now')?.status.conditions?.[0]?.message).toBe(
    'Failed to assign the IP to EgressNode: no Node available',
  );
});

test('a static Egress has no condition when all is well', () => {
  const self = { name: 'node-1', holds: () => true, reports: false };
  const stale: EgressStatus = { conditions: [{ ...notAssigned('x'), ...since }] };
  expect(statusChange(egress(stale), on('node-1', { pooled: false }), self, 'now')?.status.conditions).toEqual([]);
});

const [first, second] = ['172.16.18.131', '172.16.18.132'];
const both = (nodes: (string | null)[]): Ownership => ({
  egress: egress(),
  places: [place(nodes[0] ?? null, { ip: first }), place(nodes[1] ?? null, { ip: second })],
});
const told = (...assignments: { ip: string; node: string }[]): EgressStatus => ({ assignments });

test.each<{
  name: string;
  status: EgressStatus;
  entry: Ownership;
  reports?: boolean;
  want: object | undefined;
  condition?: string;
}>([
  {
    name: 'a node writes the one that it has, and leaves the other',
    status: told({ ip: second, node: 'node-2' }),
    entry: both(['node-1', 'node-2']),
    want: {
      egressIP: first,
      egressNode: 'node-1',
      assignments: [
        { ip: first, node: 'node-1' },
        { ip: second, node: 'node-2' },
      ],
    },
    condition: 'Assigned',
  },
  {
    name: 'the first of two says nothing of the whole yet',
    status: {},
    entry: both(['node-1', 'node-2']),
    want: { egressIP: first, egressNode: 'node-1', assignments: [{ ip: first, node: 'node-1' }] },
  },
  {
    name: 'one that is not the first leaves the first empty',
    status: {},
    entry: both(['node-2', 'node-1']),
    want: { egressIP: '', egressNode: '', assignments: [{ ip: second, node: 'node-1' }] },
  },
  {
    name: 'it gives up one and keeps the other',
    status: told({ ip: first, node: 'node-1' }, { ip: second, node: 'node-1' }),
    entry: both(['node-2', 'node-1']),
    want: { egressIP: '', egressNode: '', assignments: [{ ip: second, node: 'node-1' }] },
  },
  {
    name: 'the reporter takes out the one of a lost node, and says which',
    status: told({ ip: first, node: 'node-2' }, { ip: second, node: 'node-3' }),
    entry: both(['node-2', null]),
    reports: true,
    want: { egressIP: first, egressNode: 'node-2', assignments: [{ ip: first, node: 'node-2' }] },
    condition: 'AssignmentError',
  },
  {
    name: 'others say nothing',
    status: told({ ip: first, node: 'node-2' }, { ip: second, node: 'node-3' }),
    entry: both(['node-2', 'node-3']),
    want: undefined,
  },
])('of two addresses, $name', ({ status, entry, reports = false, want, condition }) => {
  const change = statusChange(egress(status), entry, { name: 'node-1', holds: () => true, reports }, 'now');
  if (want === undefined) expect(change).toBeNull();
  else expect(change?.status).toMatchObject(want);
  expect(change?.status.conditions?.[0]?.reason).toBe(condition);
});

test('a list of one address again is told as one', () => {
  const change = statusChange(
    egress(told({ ip: first, node: 'node-1' }, { ip: second, node: 'node-2' })),
    on('node-1'),
    { name: 'node-1', holds: () => true, reports: false },
    'now',
  );
  expect(change?.status).toMatchObject({ egressIP: first, egressNode: 'node-1', assignments: [] });
});

test('every node chooses the same reporter', () => {
  expect(reporterOf(on(null), ['node-1', 'node-2', 'node-3'])).toBe(
    reporterOf(on(null), ['node-3', 'node-2', 'node-1']),
  );
  expect(reporterOf(on(null), [])).toBeNull();
});
