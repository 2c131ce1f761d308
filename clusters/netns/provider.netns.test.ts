import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectKube } from '../../agent/kube/client.ts';
import type { KubeClient } from '../../agent/kube/client.ts';
import { namespaces, nodes as nodesRef, pods as podsRef, services as servicesRef } from '../../agent/kube/object.ts';
import type { KubeObject, ResourceRef } from '../../agent/kube/object.ts';
import type { Cluster, ClusterOptions } from '../cluster.ts';
import { egressTopology } from '../topologies.ts';
import type { Node, Pod } from './kubelet/objects.ts';
import { netnsProvider } from './provider.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-provider-'));
const options: Omit<ClusterOptions, 'name'> = {
  stateDir,
  topology: egressTopology(),
  programs: { echo: new URL('echo.fixture.ts', import.meta.url) },
  images: { 'test/echo': { program: 'echo' } },
  lifetime: 'caller',
};
const witnessPort = 9000;
let cluster: Cluster;
let kube: KubeClient;
const address = new Map<string, string>();

beforeAll(async () => {
  cluster = await netnsProvider.up({ ...options, name: 'one' });
  kube = await connectKube({ kubeconfig: cluster.kubeconfig });
  await kube.create(namespaces, { metadata: { name: 'shop' } });
  for (const node of ['node-1', 'node-2']) await kube.create(podsRef, echoPod(`on-${node}`, node));
  await kube.create(podsRef, echoPod('caller', 'node-1', { args: [], labels: {} }));
  await kube.create(podsRef, echoPod('host', 'node-3', { hostNetwork: true, args: [], labels: {} }));
  await kube.create(servicesRef, service('web', {}));
  await kube.create(servicesRef, service('headless', { clusterIP: 'None' }));
  await kube.create(
    servicesRef,
    service('port', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
  );
  await kube.create(
    servicesRef,
    service('local', {
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80, targetPort: 8080, nodePort: 30081 }],
    }),
  );
  for (const name of ['on-node-1', 'on-node-2', 'caller', 'host'])
    address.set(name, (await running(name)).status?.podIP ?? '');
  const witness = await cluster.witness.start('echo', ['serve', String(witnessPort)]);
  for await (const line of witness.lines) if (line === 'serving') break;
}, 30_000);

afterAll(async () => {
  kube.close();
  await cluster.down();
  rmSync(stateDir, { recursive: true, force: true });
}, 30_000);

test('pods get addresses of their node’s subnet', () => {
  expect(address.get('on-node-1')).toMatch(/^10\.203\.1\./);
  expect(address.get('on-node-2')).toMatch(/^10\.203\.2\./);
  expect(address.get('host')).toBe('172.16.18.123');
});

test.each([
  [
    'a pod of the same node sees the pod',
    'caller',
    () => `${address.get('on-node-1')} 8080`,
    () => address.get('caller'),
  ],
  [
    'a pod of another node sees the pod',
    'caller',
    () => `${address.get('on-node-2')} 8080`,
    () => address.get('caller'),
  ],
  ['the outside sees the node', 'caller', () => `172.16.20.20 ${witnessPort}`, () => '172.16.18.121'],
  ['a hostNetwork pod is its node', 'host', () => `${address.get('on-node-1')} 8080`, () => '172.16.18.123'],
  ['a Service by its name', 'caller', () => 'web.shop.svc.cluster.local 80', () => address.get('caller')],
  [
    'a headless Service by its name',
    'caller',
    () => 'headless.shop.svc.cluster.local 8080',
    () => address.get('caller'),
  ],
  ['a host outside by its name', 'caller', () => `witness.example.test ${witnessPort}`, () => '172.16.18.121'],
  ['a port where nobody listens', 'caller', () => `${address.get('on-node-1')} 1`, () => 'ECONNREFUSED'],
  ['nobody’s address', 'caller', () => '10.203.1.250 80', () => 'EHOSTUNREACH'],
  [
    'a NodePort of another node',
    'caller',
    () => '172.16.18.122 30080',
    () => expect.stringMatching(/^10\.203\.|^172\.16\.18\./) as string,
  ],
])('%s', async (_title, pod, target, expected) => {
  // Services follow their pods a moment later.
  await expect.poll(() => dial(pod, target()), { timeout: 5_000 }).toEqual(expected());
});

test('externalTrafficPolicy Local keeps the client’s address', async () => {
  const client = await cluster.witness.start('echo', []);
  client.writeLine('172.16.18.122 30081');
  for await (const line of client.lines) {
    expect(line).toBe('172.16.20.20');
    break;
  }
  await client.stop();
});

test('exec gives output, errors and the exit code', async () => {
  const session = await kube.exec('shop', 'caller', ['sh', '-c', 'echo out; echo err >&2; exit 3']);
  const lines: string[] = [];
  for await (const line of session.lines) lines.push(line);
  expect([lines, await session.exited, session.stderr().trim()]).toEqual([['out'], 3, 'err']);
});

test('logs have what the program wrote', async () => {
  expect(await kube.log('shop', 'on-node-1')).toBe('serving\n');
});

test('a pod that fails is started again, and one that must not is Failed', async () => {
  await kube.create(podsRef, { ...echoPod('crash', 'node-1'), spec: commandSpec('Always', 'exit 1') } as KubeObject);
  await kube.create(podsRef, { ...echoPod('once', 'node-1'), spec: commandSpec('Never', 'exit 4') } as KubeObject);
  await until('once', (pod) => pod.status?.phase === 'Failed');
  const crash = await until('crash', (pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  expect(crash.status?.phase).toBe('Running');
});

test('a deleted pod takes its network with it', async () => {
  await kube.create(podsRef, echoPod('short', 'node-2', { labels: {} }));
  const pod = await running('short');
  const routes = async (): Promise<string> => (await cluster.node('node-2').run(['ip', 'route'])).stdout;
  expect(await routes()).toContain(pod.status?.podIP);
  await kube.delete(podsRef, 'short', 'shop');
  await expect.poll(() => kube.find(podsRef, 'short', 'shop'), { timeout: 5_000 }).toBeNull();
  expect(await routes()).not.toContain(pod.status?.podIP);
});

test('a pod nobody can run says why', async () => {
  const pod = echoPod('nowhere', 'node-9', { labels: {} });
  await kube.create(podsRef, pod);
  const waiting = await until('nowhere', (one) => (one.status?.conditions ?? []).length > 0);
  expect(waiting.status?.conditions?.[0]?.message).toMatch(/^0\/3 nodes are available: 3 node\(s\) didn't match/);
  await kube.delete(podsRef, 'nowhere', 'shop');
});

test('an unplugged node is cut off and comes back', async () => {
  const undo = await cluster.node('node-2').unplug();
  expect(await dial('caller', `${address.get('on-node-2')} 8080`)).toBe('TIMEOUT');
  await undo();
  await undo();
  await expect
    .poll(() => dial('caller', `${address.get('on-node-2')} 8080`), { timeout: 5_000 })
    .toBe(address.get('caller'));
});

test('a frozen node’s programs stand still, its kernel goes on', async () => {
  const undo = await cluster.node('node-2').freeze();
  // The kernel completes the handshake; the program never answers.
  expect(await dial('caller', `${address.get('on-node-2')} 8080`)).toBe('TIMEOUT');
  expect((await cluster.node('node-2').run(['ip', 'link', 'show', 'eth0'])).stdout).toContain('UP');
  await undo();
  await expect
    .poll(() => dial('caller', `${address.get('on-node-2')} 8080`), { timeout: 5_000 })
    .toBe(address.get('caller'));
});

test('a node without power is gone; when it boots its pods run again', async () => {
  const node = cluster.node('node-2');
  const undo = await node.powerOff();
  await expect(node.run(['true'])).rejects.toThrow(/node-2/);
  await expect(node.unplug()).rejects.toThrow(/unplug of node-2: the node is switched off/);
  await expect.poll(() => readiness('node-2'), { timeout: 15_000 }).toBe('Unknown');
  await undo();
  await expect.poll(() => readiness('node-2'), { timeout: 5_000 }).toBe('True');
  await expect
    .poll(async () => (await running('on-node-2')).status?.podIP, { timeout: 5_000 })
    .not.toBe(address.get('on-node-2'));
  const { status } = await running('on-node-2');
  await expect.poll(() => dial('caller', `${status?.podIP} 8080`), { timeout: 5_000 }).toBe(address.get('caller'));
}, 40_000);

test('two clusters side by side do not see each other', async () => {
  const other = await netnsProvider.up({ ...options, name: 'two' });
  try {
    expect((await netnsProvider.list(stateDir)).map((one) => one.name).sort()).toEqual(['one', 'two']);
    const second = await connectKube({ kubeconfig: other.kubeconfig });
    expect(await second.find(namespaces, 'shop')).toBeNull();
    second.close();
    await other.database.setGrants([{ database: 'lab', password: 'x', admit: [] }]);
    expect((await cluster.database.connections()).entries).toEqual([]);
  } finally {
    await other.down();
  }
  expect(await dial('caller', `${address.get('on-node-1')} 8080`)).toBe(address.get('caller'));
}, 30_000);

test('a host that does not exist, a program that was not given', async () => {
  expect(() => cluster.node('node-9')).toThrow(/there is no node "node-9"; the nodes are node-1, node-2, node-3/);
  await expect(cluster.witness.start('nothing', [])).rejects.toThrow(
    /there is no program "nothing"; this cluster was given echo/,
  );
});

function echoPod(
  name: string,
  node: string,
  {
    args = ['serve', '8080'],
    labels = { app: 'web' },
    hostNetwork = false,
  }: { args?: string[]; labels?: Record<string, string>; hostNetwork?: boolean } = {},
): KubeObject {
  const container = args.length === 0 ? { name: 'main', image: 'pause' } : { name: 'main', image: 'test/echo', args };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': node },
    terminationGracePeriodSeconds: 1,
    hostNetwork,
    containers: [container],
  };
  return { metadata: { name, namespace: 'shop', labels }, spec } as KubeObject;
}

function commandSpec(restartPolicy: string, script: string): object {
  return {
    restartPolicy,
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'x', command: ['sh', '-c', script] }],
  };
}

function service(name: string, spec: object): KubeObject {
  return {
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  } as KubeObject;
}

async function until(name: string, holds: (pod: Pod) => boolean): Promise<Pod> {
  for (let tries = 0; tries < 500; tries++) {
    const pod = await get<Pod>(podsRef, name, 'shop');
    if (pod && holds(pod)) return pod;
    await delay(10);
  }
  throw new Error(`pod ${name} did not get there: ${JSON.stringify((await get<Pod>(podsRef, name, 'shop'))?.status)}`);
}

const running = (name: string): Promise<Pod> =>
  until(name, (pod) => pod.status?.podIP !== undefined && pod.status.phase === 'Running');

async function readiness(node: string): Promise<string | undefined> {
  return (await get<Node>(nodesRef, node))?.status?.conditions?.find((one) => one.type === 'Ready')?.status;
}

function get<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string): Promise<T | null> {
  return kube.find<T>(resource, name, namespace);
}

/** What a pod hears when it dials. */
async function dial(pod: string, target: string): Promise<string> {
  const session = await kube.exec('shop', pod, ['echo']);
  session.writeLine(target);
  for await (const line of session.lines) {
    session.close();
    return line;
  }
  return `nothing: ${session.stderr()}`;
}
