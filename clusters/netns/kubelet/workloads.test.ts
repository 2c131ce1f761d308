import { expect, test } from 'vitest';
import { planDaemonSet, planDeployment, templateHash, templateHashLabel } from './workloads.ts';
import type { Node, Pod, Workload } from './objects.ts';

const workload = (kind: 'DaemonSet' | 'Deployment', image = 'v1'): Workload => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'agent', namespace: 'system', uid: 'w1', generation: 3 },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'agent' } },
    template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image }] } },
  },
});
const node = (name: string, taint?: string): Node => ({
  metadata: { name, labels: {} },
  spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoSchedule' }] },
});
const pod = (
  of: Workload,
  name: string,
  nodeName: string,
  changes: { ready?: boolean; hash?: string; phase?: 'Failed'; going?: boolean } = {},
): Pod => ({
  metadata: {
    name,
    namespace: 'system',
    labels: { app: 'agent', [templateHashLabel]: changes.hash ?? templateHash(of.spec.template) },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: of.kind ?? '', name: 'agent', uid: 'w1', controller: true }],
    ...(changes.going ? { deletionTimestamp: 'now' } : {}),
  },
  spec: { nodeName, containers: [] },
  status: {
    phase: changes.phase ?? 'Running',
    conditions: [{ type: 'Ready', status: changes.ready === false ? 'False' : 'True' }],
  },
});

const set = workload('DaemonSet');
const nodes = [node('a'), node('b')];

test.each<[string, Node[], Pod[], string[], string[]]>([
  ['starts one pod on each node', nodes, [], ['agent-a', 'agent-b'], []],
  ['leaves what is right', nodes, [pod(set, 'agent-a', 'a'), pod(set, 'agent-b', 'b')], [], []],
  ['does not use a tainted node', [node('a', 'dedicated')], [], [], []],
  ['uses a node that is not ready', [node('a', 'node.kubernetes.io/not-ready')], [], ['agent-a'], []],
  [
    'removes a pod of a node that is gone',
    [node('a')],
    [pod(set, 'agent-a', 'a'), pod(set, 'agent-b', 'b')],
    [],
    ['agent-b'],
  ],
  ['waits for a pod that is going', [node('a')], [pod(set, 'agent-a', 'a', { going: true })], [], []],
  ['replaces a failed pod', [node('a')], [pod(set, 'agent-a', 'a', { phase: 'Failed' })], ['agent-a'], ['agent-a']],
  [
    'replaces old pods one at a time',
    nodes,
    [pod(set, 'agent-a', 'a', { hash: 'old' }), pod(set, 'agent-b', 'b', { hash: 'old' })],
    [],
    ['agent-a'],
  ],
  [
    'replaces none while another is not ready',
    nodes,
    [pod(set, 'agent-a', 'a', { hash: 'old' }), pod(set, 'agent-b', 'b', { ready: false })],
    [],
    [],
  ],
])('a DaemonSet %s', (_title, theNodes, pods, create, remove) => {
  const plan = planDaemonSet(set, theNodes, pods);
  expect(plan.create.map((one) => one.metadata.name)).toEqual(create);
  expect(plan.delete).toEqual(remove);
});

const deployment = workload('Deployment');

test.each<[string, Pod[], number, string[]]>([
  ['starts its replicas', [], 2, []],
  ['tops up', [pod(deployment, 'x', 'a')], 1, []],
  ['removes a surplus', ['x', 'y', 'z'].map((name) => pod(deployment, name, 'a')), 0, ['z']],
  [
    'keeps old pods until the new are ready',
    [
      pod(deployment, 'old', 'a', { hash: 'old' }),
      pod(deployment, 'x', 'a'),
      pod(deployment, 'y', 'a', { ready: false }),
    ],
    0,
    [],
  ],
  [
    'removes old pods then',
    [pod(deployment, 'old', 'a', { hash: 'old' }), pod(deployment, 'x', 'a'), pod(deployment, 'y', 'a')],
    0,
    ['old'],
  ],
])('a Deployment %s', (_title, pods, creates, remove) => {
  const plan = planDeployment(deployment, pods);
  expect(plan.create).toHaveLength(creates);
  expect(plan.delete).toEqual(remove);
});

test('another template has another hash', () => {
  expect(templateHash(workload('DaemonSet', 'v2').spec.template)).not.toBe(templateHash(set.spec.template));
});
