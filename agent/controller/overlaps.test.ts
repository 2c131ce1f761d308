import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Egress, EgressSpec } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import type { KubeObject } from '../kube/object.ts';
import { OverlapFinder } from './overlaps.ts';
import type { Overlap, SelectablePod } from './overlaps.ts';

const egress = (name: string, age: number, spec: Partial<EgressSpec> = {}): Egress => ({
  metadata: { name, creationTimestamp: `2026-01-01T00:00:0${age}Z`, generation: 1 },
  spec: { appliedTo: { podSelector: { matchLabels: { app: 'web' } } }, egressIP: '10.0.0.1', ...spec },
});
const everything: Partial<EgressSpec> = { appliedTo: { namespaceSelector: {} } };
const pod = (name: string, labels: Record<string, string>, more: Partial<SelectablePod> = {}): SelectablePod => ({
  metadata: { name, namespace: 'shop', labels },
  spec: { nodeName: 'node-1' },
  ...more,
});
const namespaces = new Map<string, KubeObject>([['shop', { metadata: { name: 'shop', labels: { team: 'a' } } }]]);
const pools = new Map<string, ExternalIPPool>([
  ['six', { metadata: { name: 'six' }, spec: { ipRanges: [{ cidr: 'fd00::/120' }], nodeSelector: {} } }],
]);
const find = (egresses: Egress[], pods: SelectablePod[]): Record<string, Overlap> =>
  Object.fromEntries(new OverlapFinder().find({ egresses, pools, namespaces, pods }));
const web = pod('web-1', { app: 'web' });

test.each<{ name: string; egresses: Egress[]; pods: SelectablePod[]; want: Record<string, Overlap> }>([
  { name: 'one alone', egresses: [egress('a', 1)], pods: [web], want: {} },
  {
    name: 'the younger loses',
    egresses: [egress('a', 2), egress('b', 1)],
    pods: [web, pod('db-1', { app: 'db' })],
    want: { a: { pods: 1, winners: ['b'] } },
  },
  {
    name: 'of the same age, the first by name wins',
    egresses: [egress('b', 1), egress('a', 1)],
    pods: [web],
    want: { b: { pods: 1, winners: ['a'] } },
  },
  {
    name: 'one that selects wide loses to each that selects narrow',
    egresses: [
      egress('wide', 9, everything),
      egress('db', 2, { appliedTo: { podSelector: { matchLabels: { app: 'db' } } } }),
      egress('web', 1),
    ],
    pods: [web, pod('web-2', { app: 'web' }), pod('db-1', { app: 'db' }), pod('other', {})],
    want: { wide: { pods: 3, winners: ['web', 'db'] } },
  },
  {
    name: 'IPv4 and IPv6 do not get in their way',
    egresses: [egress('four', 1), egress('six', 2, { egressIP: 'fd00::1' })],
    pods: [web],
    want: {},
  },
  {
    name: 'one that waits for an address of an IPv6 pool takes no IPv4',
    egresses: [egress('six', 1, { egressIP: '', externalIPPool: 'six' }), egress('four', 2)],
    pods: [web],
    want: {},
  },
  {
    name: 'one that waits for a pool that is not there may get either',
    egresses: [egress('waiting', 1, { egressIP: '', externalIPPool: 'later' }), egress('four', 2)],
    pods: [web],
    want: { four: { pods: 1, winners: ['waiting'] } },
  },
  {
    name: 'one with both loses to the older of each',
    egresses: [
      egress('four', 1),
      egress('six', 2, { egressIP: 'fd00::1' }),
      egress('both', 3, { egressIP: '', egressIPs: ['10.0.0.2', 'fd00::2'] }),
    ],
    pods: [web],
    want: { both: { pods: 1, winners: ['four', 'six'] } },
  },
  {
    name: 'pods that no Egress can have do not count',
    egresses: [egress('a', 1), egress('b', 2)],
    pods: [
      pod('host', { app: 'web' }, { spec: { nodeName: 'node-1', hostNetwork: true } }),
      pod('unscheduled', { app: 'web' }, { spec: {} }),
      pod('done', { app: 'web' }, { status: { phase: 'Succeeded' } }),
    ],
    want: {},
  },
])('$name', ({ egresses, pods, want }) => {
  expect(find(egresses, pods)).toEqual(want);
});

test('what is remembered is what would be found anew', () => {
  const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('x', 'y'), { noNullPrototype: true });
  const states = fc.array(
    fc.record({
      selectors: fc.array(labels, { minLength: 1, maxLength: 4 }),
      pods: fc.array(labels, { maxLength: 6 }),
    }),
    { minLength: 2, maxLength: 5 },
  );
  fc.assert(
    fc.property(states, (all) => {
      const finder = new OverlapFinder();
      let generation = 0;
      for (const { selectors, pods: podLabels } of all) {
        generation += 1;
        const egresses = selectors.map((matchLabels, i): Egress => {
          const made = egress(`e${i}`, i, { appliedTo: { podSelector: { matchLabels } } });
          return { ...made, metadata: { ...made.metadata, generation } };
        });
        const pods = podLabels.map((own, i) => pod(`p${i}`, own));
        expect(Object.fromEntries(finder.find({ egresses, pools, namespaces, pods }))).toEqual(find(egresses, pods));
      }
    }),
  );
});
