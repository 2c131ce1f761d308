import { expect, test } from 'vitest';
import { schedule } from './schedule.ts';
import type { Node, Pod, PodSpec } from './objects.ts';

const node = (
  name: string,
  labels: Record<string, string> = {},
  spec: Node['spec'] = {},
  ready: 'True' | 'Unknown' = 'True',
): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  spec,
  status: { conditions: [{ type: 'Ready', status: ready }] },
});
const pod = (spec: Partial<PodSpec> = {}): Pod => ({ metadata: { name: 'p' }, spec: { containers: [], ...spec } });
const required = (
  ...matchExpressions: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[]
) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
});

const nodes = [node('a'), node('b', { gateway: 'true' }), node('c', { gateway: 'true' })];

test.each<[string, Pod, Node[], Record<string, number>, string | RegExp]>([
  ['the node with the fewest pods', pod(), nodes, { a: 2, b: 1, c: 1 }, 'b'],
  ['the first by name when all are equal', pod(), nodes, {}, 'a'],
  ['only nodes of the nodeSelector', pod({ nodeSelector: { gateway: 'true' } }), nodes, { b: 5, c: 4 }, 'c'],
  [
    'required affinity',
    pod({ affinity: required({ key: 'gateway', operator: 'DoesNotExist' }) }),
    nodes,
    { a: 9 },
    'a',
  ],
  [
    'no node of that name',
    pod({ nodeSelector: { 'kubernetes.io/hostname': 'z' } }),
    nodes,
    {},
    /^0\/3 nodes are available: 3 node\(s\) didn't match/,
  ],
  ['a term without requirements matches nothing', pod({ affinity: required() }), nodes, {}, /3 node\(s\) didn't match/],
  ['not a node that is not ready', pod(), [node('a', {}, {}, 'Unknown'), node('b')], {}, 'b'],
  ['not a cordoned node', pod(), [node('a', {}, { unschedulable: true })], {}, /1 node\(s\) were unschedulable/],
  [
    'not a tainted node',
    pod(),
    [node('a', {}, { taints: [{ key: 'x', effect: 'NoSchedule' }] })],
    {},
    /untolerated taint \{x: \}/,
  ],
  [
    'a tainted node that is tolerated',
    pod({ tolerations: [{ operator: 'Exists' }] }),
    [node('a', {}, { taints: [{ key: 'x', value: 'y', effect: 'NoSchedule' }] })],
    {},
    'a',
  ],
])('a pod goes to %s', (_title, thePod, theNodes, load, expected) => {
  const placement = schedule(thePod, theNodes, new Map(Object.entries(load)));
  if (typeof expected === 'string') expect(placement).toEqual({ node: expected });
  else expect(placement).toEqual({ node: null, message: expect.stringMatching(expected) as string });
});
