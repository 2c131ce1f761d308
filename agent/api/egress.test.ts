import { expect, expectTypeOf, test } from 'vitest';
import { allocated, assigned, notAllocated, notAssigned, overlapped, withCondition } from './conditions.ts';
import { appliesTo, byAge, egressAddresses } from './egress.ts';
import type { Egress, EgressSpec } from './egress.ts';
import type { LabelSelector } from './label-selector.ts';

const egress = (appliedTo: EgressSpec['appliedTo'], name = 'e', creationTimestamp = ''): Egress => ({
  metadata: { name, creationTimestamp },
  spec: { appliedTo, egressIP: '172.16.18.131' },
});

test('the types follow the schema', () => {
  expectTypeOf<EgressSpec['egressIP']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<NonNullable<LabelSelector['matchExpressions']>[number]['operator']>().toEqualTypeOf<
    'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | undefined
  >();
});

test.each<[string, Partial<EgressSpec>, ReturnType<typeof egressAddresses>]>([
  ['static', { egressIP: '192.0.2.1' }, [{ ip: '192.0.2.1', pool: null }]],
  ['to be allocated', { externalIPPool: 'p' }, [{ ip: null, pool: 'p' }]],
  ['of a pool', { egressIP: 'FD00:0::1', externalIPPool: 'p' }, [{ ip: 'fd00::1', pool: 'p' }]],
  [
    'a dual-stack pair, half allocated',
    { egressIPs: ['', 'fd00::1'], externalIPPools: ['four', 'six'] },
    [
      { ip: null, pool: 'four' },
      { ip: 'fd00::1', pool: 'six' },
    ],
  ],
  [
    'several of one pool',
    { egressIPs: ['192.0.2.1'], externalIPPools: ['p', 'p'] },
    [
      { ip: '192.0.2.1', pool: 'p' },
      { ip: null, pool: 'p' },
    ],
  ],
  [
    'several static',
    { egressIPs: ['192.0.2.1', '192.0.2.2'] },
    [
      { ip: '192.0.2.1', pool: null },
      { ip: '192.0.2.2', pool: null },
    ],
  ],
])('the addresses: %s', (_what, spec, want) => {
  expect(egressAddresses({ metadata: {}, spec: { appliedTo: {}, ...spec } })).toEqual(want);
});

const erp: LabelSelector = { matchLabels: { app: 'erp' } };

test.each([
  { name: 'nothing selects nothing', appliedTo: {}, want: false },
  { name: 'an empty podSelector selects all pods', appliedTo: { podSelector: {} }, want: true },
  { name: 'an empty namespaceSelector selects all pods', appliedTo: { namespaceSelector: {} }, want: true },
  { name: 'podSelector hit', appliedTo: { podSelector: erp }, want: true },
  { name: 'namespaceSelector miss', appliedTo: { namespaceSelector: erp }, want: false },
  { name: 'both must match', appliedTo: { podSelector: erp, namespaceSelector: erp }, want: false },
  {
    name: 'both match',
    appliedTo: { podSelector: erp, namespaceSelector: { matchLabels: { team: 'lab' } } },
    want: true,
  },
])('appliedTo: $name', ({ appliedTo, want }) => {
  expect(appliesTo(egress(appliedTo), { app: 'erp' }, { team: 'lab' })).toBe(want);
});

test.each([
  { operator: 'In', values: ['erp', 'crm'], labels: { app: 'crm' }, want: true },
  { operator: 'In', values: ['erp'], labels: {}, want: false },
  { operator: 'NotIn', values: ['erp'], labels: { app: 'erp' }, want: false },
  { operator: 'NotIn', values: ['erp'], labels: {}, want: true },
  { operator: 'Exists', values: [], labels: { app: '' }, want: true },
  { operator: 'DoesNotExist', values: [], labels: { app: '' }, want: false },
] as const)('app $operator $values with $labels: $want', ({ operator, values, labels, want }) => {
  const podSelector: LabelSelector = { matchExpressions: [{ key: 'app', operator, values: [...values] }] };
  expect(appliesTo(egress({ podSelector }), labels, {})).toBe(want);
});

test('older Egresses come first, then by name', () => {
  const order = [egress({}, 'b', '2026-01-02'), egress({}, 'a', '2026-01-02'), egress({}, 'c', '2026-01-01')].sort(
    byAge,
  );
  expect(order.map((entry) => entry.metadata.name)).toEqual(['c', 'a', 'b']);
});

test('conditions carry the reasons and messages of Antrea', () => {
  expect([
    allocated(),
    notAllocated('cannot allocate IP in any range'),
    assigned(),
    notAssigned('no Node available'),
  ]).toEqual([
    { type: 'IPAllocated', status: 'True', reason: 'Allocated', message: 'EgressIP is successfully allocated' },
    {
      type: 'IPAllocated',
      status: 'False',
      reason: 'AllocationError',
      message: 'Cannot allocate EgressIP from ExternalIPPool: cannot allocate IP in any range',
    },
    {
      type: 'IPAssigned',
      status: 'True',
      reason: 'Assigned',
      message: 'EgressIP is successfully assigned to EgressNode',
    },
    {
      type: 'IPAssigned',
      status: 'False',
      reason: 'AssignmentError',
      message: 'Failed to assign the IP to EgressNode: no Node available',
    },
  ]);
});

test('withCondition keeps the time of the last change of status, the order, and an unchanged array', () => {
  const one = withCondition([], 'IPAllocated', allocated(), 't1');
  const two = withCondition(one, 'IPAssigned', notAssigned('x'), 't2');
  expect(two.map((entry) => entry.type)).toEqual(['IPAssigned', 'IPAllocated']);
  expect(withCondition(two, 'IPAllocated', allocated(), 't3')).toBe(two);
  expect(withCondition(two, 'IPAssigned', notAssigned('y'), 't3')[0]?.lastTransitionTime).toBe('t2');
  expect(withCondition(two, 'IPAssigned', assigned(), 't4')[0]?.lastTransitionTime).toBe('t4');
  expect(withCondition(two, 'IPAssigned', null, 't5')).toEqual(one);
  expect(withCondition(one, 'IPAssigned', null, 't5')).toBe(one);
  const three = withCondition(one, 'Overlapped', overlapped(1, ['a']), 't6');
  expect(withCondition(three, 'IPAllocated', notAllocated('x'), 't7').map((entry) => entry.type)).toEqual([
    'IPAllocated',
    'Overlapped',
  ]);
});

test.each([
  { pods: 1, winners: ['a'], want: '1 selected Pod belongs to older Egresses: a' },
  { pods: 3, winners: ['a', 'b'], want: '3 selected Pods belong to older Egresses: a, b' },
  {
    pods: 9,
    winners: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    want: '9 selected Pods belong to older Egresses: a, b, c, d, e and 2 more',
  },
])('overlapped: $want', ({ pods, winners, want }) => {
  expect(overlapped(pods, winners)).toEqual({
    type: 'Overlapped',
    status: 'True',
    reason: 'PodsSelectedByOlderEgress',
    message: want,
  });
});
