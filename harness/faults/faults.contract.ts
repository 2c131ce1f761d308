import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricsPorts } from '../../agent/api/install.ts';
import type { KubeClient } from '../../agent/kube/client.ts';
import { nodes, pods } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Cluster, ClusterNode, ClusterProvider, Host } from '../../clusters/cluster.ts';
import { bundled } from '../adapter/bundled.ts';
import { connectTo, provision } from '../runner/provision.ts';
import { faults, type FaultName } from './catalogue.ts';
import { injectFault, type Injected } from './inject.ts';
import { Keeper } from './keeper.ts';

type Seen = 'answered' | 'refused' | 'silence';

interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

/** What each fault does to whom, seen from elsewhere, and that it is gone afterwards. */
export function faultsContract(
  provider: ClusterProvider,
  limits: { readonly up: number; readonly node: number },
): void {
  const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-faults-'));
  const signal = new AbortController().signal;
  let cluster: Cluster;
  let kube: KubeClient;
  const keeper = new Keeper();
  const [victim, observer] = [0, 1].map((index) => () => cluster.nodes[index] as ClusterNode) as [
    () => ClusterNode,
    () => ClusterNode,
  ];

  beforeAll(async () => {
    const name = 'faults';
    cluster = await provision({ provider, name, topology: 'egress', stateDir, lifetime: 'detached', signal });
    kube = await connectTo(cluster);
    await bundled.install({ cluster, kube, signal });
  }, limits.up);

  afterAll(async () => {
    await keeper[Symbol.asyncDispose]();
    kube?.close();
    await cluster?.down();
    rmSync(stateDir, { recursive: true, force: true });
  }, 60_000);

  const make = (name: FaultName, node = victim()): Promise<Injected> =>
    injectFault(name, { cluster, kube, adapter: bundled, node }, { keeper, onUndo: () => undefined });
  const agentOf = async (node: Host): Promise<Pod | undefined> =>
    (await podsNamed('egressproof-agent')).find(({ spec }) => spec.nodeName === node.name);
  const podsNamed = async (prefix: string): Promise<Pod[]> =>
    (await kube.list<Pod>(pods, { namespace: 'egressproof-system' })).items.filter(({ metadata }) =>
      metadata.name?.startsWith(`${prefix}-`),
    );
  const readiness = async (): Promise<string | undefined> => {
    type Node = KubeObject & { status: { conditions: { type: string; status: string }[] } };
    const { status } = await kube.get<Node>(nodes, victim().name);
    return status.conditions.find(({ type }) => type === 'Ready')?.status;
  };
  /** Whether the agent of the victim answers another node, and the router. */
  const seen = async (): Promise<readonly Seen[]> =>
    Promise.all([observer(), cluster.router].map((from) => ask(from, victim().address, metricsPorts.agent)));

  describe.each<[FaultName, readonly Seen[]]>([
    ['power-cut/v1', ['silence', 'silence']],
    ['unplug/v1', ['silence', 'silence']],
    ['one-way-loss/v1', ['silence', 'silence']],
    ['uplink-loss/v1', ['answered', 'silence']],
    ['freeze-node/v1', ['silence', 'silence']],
    ['freeze-agent/v1', ['silence', 'silence']],
  ])('%s', (name, expected) => {
    test('is there, and is gone when it is taken back', { timeout: 4 * limits.node }, async () => {
      await expect.poll(seen, { timeout: limits.node }).toEqual(['answered', 'answered']);
      const fault = await make(name);
      expect(await seen()).toEqual(expected);
      await fault.end();
      await fault.end();
      await expect.poll(seen, { timeout: limits.node }).toEqual(['answered', 'answered']);
      expect(fault.begunUs).toBeGreaterThan(fault.beginUs);
    });
  });

  test('loss-50/v1: some get through, some do not', async () => {
    await using fault = await endedLater(make('loss-50/v1'));
    const tries = await Promise.all(
      Array.from({ length: 40 }, () => ask(observer(), victim().address, metricsPorts.agent)),
    );
    expect(new Set(tries)).toEqual(new Set(['answered', 'silence']));
    await fault.end();
    expect(await seen()).toEqual(['answered', 'answered']);
  });

  test('kill-agent/v1: the same pod starts its container again', { timeout: 70_000 }, async () => {
    const before = await agentOf(victim());
    await (await make('kill-agent/v1')).end();
    const after = await agentOf(victim());
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(restartsOf(after)).toBe(restartsOf(before) + 1);
  });

  test('graceful-stop/v1: another pod, which has not been restarted', { timeout: 70_000 }, async () => {
    const before = await agentOf(victim());
    await (await make('graceful-stop/v1')).end();
    const after = await agentOf(victim());
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(restartsOf(after)).toBe(0);
  });

  test('drain/v1: what can run elsewhere goes there', { timeout: 70_000 }, async () => {
    const [before] = await podsNamed('egressproof-controller');
    const node = cluster.nodes.find(({ name }) => name === before?.spec.nodeName) ?? victim();
    await using fault = await endedLater(make('drain/v1', node));
    const others = async (): Promise<boolean> =>
      (await podsNamed('egressproof-controller')).some(
        ({ metadata, spec }) => metadata.uid !== before?.metadata.uid && spec.nodeName !== node.name,
      );
    await expect.poll(others, { timeout: 45_000 }).toBe(true);
    expect(await agentOf(node)).toBeDefined();
    await fault.end();
    expect((await kube.get<KubeObject & { spec: object }>(nodes, node.name)).spec).not.toHaveProperty('unschedulable');
  });

  test('kubelet-stop/v1: the node is not ready, its agent answers', { timeout: 3 * limits.node }, async () => {
    await using fault = await endedLater(make('kubelet-stop/v1'));
    await expect.poll(readiness, { timeout: limits.node, interval: 500 }).toBe('Unknown');
    expect(await seen()).toEqual(['answered', 'answered']);
    await fault.end();
    await expect.poll(readiness, { timeout: limits.node, interval: 500 }).toBe('True');
  });

  test('api-server-down/v1: refused on the nodes, and not for the test', async () => {
    const api = (): Promise<Seen> => ask(observer(), cluster.controlPlane.address, cluster.controlPlane.apiPort);
    expect(await api()).not.toBe('refused');
    await using fault = await endedLater(make('api-server-down/v1'));
    expect(await api()).toBe('refused');
    expect((await kube.list(nodes)).items.length).toBeGreaterThan(2);
    await fault.end();
    expect(await api()).not.toBe('refused');
  });

  test('controller-down/v1: there is none, and then there is one', { timeout: 120_000 }, async () => {
    await using fault = await endedLater(make('controller-down/v1'));
    expect(await podsNamed('egressproof-controller')).toEqual([]);
    await fault.end();
    expect(await podsNamed('egressproof-controller')).toHaveLength(1);
  });

  test('cpu-hog/v1: loops run, and are gone', async () => {
    const loops = async (): Promise<number> => {
      const count =
        // A pattern that does not match the command line it is in.
        'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -o "[d]o :; done egressproof-cpu-hog" | wc -l';
      return Number((await victim().run(['sh', '-c', count])).stdout);
    };
    expect(await loops()).toBe(0);
    await using fault = await endedLater(make('cpu-hog/v1'));
    await expect.poll(loops).toBeGreaterThan(1);
    await fault.end();
    await expect.poll(loops).toBe(0);
  });

  test('disk-full/v1: nothing can be written, or it is said why there is no such disk', async () => {
    const write = async (): Promise<number> =>
      (await victim().run(['dd', 'if=/dev/zero', 'of=/run/probe', 'bs=64k', 'count=1'], { allowFailure: true }))
        .exitCode;
    if (!cluster.capabilities.nodeFileSystems.has) {
      await expect(make('disk-full/v1')).rejects.toThrow(/lacks nodeFileSystems/);
      return;
    }
    await using fault = await endedLater(make('disk-full/v1'));
    expect(await write()).not.toBe(0);
    await fault.end();
    expect(await write()).toBe(0);
    await victim().run(['rm', '/run/probe']);
  });

  test('clock-step/v1: no place has clocks for its nodes', async () => {
    await expect(make('clock-step/v1')).rejects.toThrow(/cannot be made on faults: it lacks nodeClock/);
  });

  test('whoever makes a fault and is killed: it is taken back', { timeout: 4 * limits.node }, async () => {
    const script = fileURLToPath(new URL('./dies-with-fault.fixture.ts', import.meta.url));
    const argv = [script, cluster.name, stateDir, 'unplug/v1', victim().name];
    const maker = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(maker.stdout, 'data');
    expect(await seen()).toEqual(['silence', 'silence']);
    maker.kill('SIGKILL');
    await expect.poll(seen, { timeout: limits.node }).toEqual(['answered', 'answered']);
  });

  test('every fault is tried here', () => {
    expect(Object.keys(faults)).toHaveLength(16);
  });
}

async function endedLater(fault: Promise<Injected>): Promise<Injected & AsyncDisposable> {
  const made = await fault;
  return { ...made, [Symbol.asyncDispose]: () => made.end() };
}

const restartsOf = (pod: Pod | undefined): number => pod?.status.containerStatuses?.[0]?.restartCount ?? 0;

/** Asks an HTTP server for anything, in bash, which every node has. */
async function ask(from: Host, address: string, port: number): Promise<Seen> {
  const script = `exec 3<>/dev/tcp/${address}/${port} && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && head -c 4 <&3`;
  // 124: no answer within a second.
  const { stdout, exitCode, stderr } = await from.run(['timeout', '1', 'bash', '-c', script], { allowFailure: true });
  if (/refused|reset/.test(stderr)) return 'refused';
  // A server that speaks TLS hangs up.
  return stdout === '' && exitCode !== 0 ? 'silence' : 'answered';
}
