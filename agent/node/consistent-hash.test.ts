import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HashRing } from './consistent-hash.ts';

/** Node to the last octets of the addresses 10.1.1.x that it gets. */
function placement(nodes: readonly string[]): Record<string, number[]> {
  const ring = new HashRing(nodes);
  const placed: Record<string, number[]> = {};
  for (let octet = 0; octet < 10; octet += 1) (placed[ring.find(`10.1.1.${octet}`) ?? ''] ??= []).push(octet);
  return placed;
}

// The vectors of Antrea's own unit tests (pkg/agent/memberlist/cluster_test.go).
test.each([
  { nodes: ['node0', 'node1', 'node2'], want: { node0: [1, 4, 9], node1: [0, 2, 5, 8], node2: [3, 6, 7] } },
  { nodes: ['node1', 'node2'], want: { node1: [0, 2, 4, 5, 8, 9], node2: [1, 3, 6, 7] } },
  {
    nodes: ['node0', 'node1', 'node2', 'node3'],
    want: { node0: [1, 4, 9], node1: [0, 5, 8], node2: [3, 6], node3: [2, 7] },
  },
])('10.1.1.0-9 over $nodes', ({ nodes, want }) => {
  expect(placement(nodes)).toEqual(want);
  expect(placement([...nodes].reverse())).toEqual(want);
});

test.each([
  { count: 1, want: 'node-0' },
  { count: 3, want: 'node-1' },
  { count: 10, want: 'node-1' },
  { count: 100, want: 'node-79' },
])('1.1.1.1 over $count nodes is on $want', ({ count, want }) => {
  expect(new HashRing(Array.from({ length: count }, (_, i) => `node-${i}`)).find('1.1.1.1')).toBe(want);
});

test.each([
  { ip: '1.1.1.1', want: 'node1' },
  { ip: '1.1.1.11', want: 'node3' },
  { ip: '1.1.1.21', want: 'node1' },
])('$ip over node1-3 is on $want', ({ ip, want }) => {
  expect(new HashRing(['node1', 'node2', 'node3']).find(ip)).toBe(want);
});

test('a full node passes the key on clockwise', () => {
  const ring = new HashRing(['node1', 'node2', 'node3']);
  expect(ring.find('1.1.1.21', (node) => node === 'node2')).toBe('node2');
  expect(ring.find('1.1.1.21', () => false)).toBeNull();
  expect(new HashRing([]).find('1.1.1.1')).toBeNull();
});

const nodeNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), { minLength: 2, maxLength: 8 });

test('a node that leaves moves its own keys only', () => {
  fc.assert(
    fc.property(nodeNames, fc.array(fc.ipV4(), { maxLength: 20 }), (nodes, keys) => {
      const [before, after] = [new HashRing(nodes), new HashRing(nodes.slice(1))];
      for (const key of keys) {
        if (before.find(key) !== nodes[0]) expect(after.find(key)).toBe(before.find(key));
      }
    }),
  );
});
