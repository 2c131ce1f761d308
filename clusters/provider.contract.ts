import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectKube } from '../agent/kube/client.ts';
import type { KubeClient } from '../agent/kube/client.ts';
import { namespaces, pods as podsRef, services as servicesRef } from '../agent/kube/object.ts';
import type { KubeObject } from '../agent/kube/object.ts';
import type { Cluster, ClusterNode, ClusterOptions, ClusterProvider } from './cluster.ts';
import { cidrRange, rangeContains } from '../agent/base/ip-range.ts';
import { ContractPods } from './contract-pods.fixture.ts';
import { dualStackContract } from './dual-stack.contract.ts';
import { egressTopology } from './topologies.ts';

type Service = KubeObject & { readonly spec: { readonly clusterIP?: string } };

export interface ContractOptions {
  /** Limits of what a real kubelet takes its time for, milliseconds. */
  readonly limits: { readonly up: number; readonly pod: number; readonly nodeLost: number; readonly nodeBack: number };
}

/** What the tests of one provider can use, once the first of them runs. */
export interface Contract {
  readonly stateDir: string;
  readonly options: Omit<ClusterOptions, 'name'>;
  readonly cluster: Cluster;
  readonly kube: KubeClient;
  /** Address of one of the contract's pods. */
  address(pod: string): string;
  /** What a pod of the contract hears when it dials. */
  dial(pod: string, target: string): Promise<string>;
}

const witnessPort = 9000;

/** Registers what every provider has to do; the same pods and questions for each. */
export function providerContract(provider: ClusterProvider, { limits }: ContractOptions): Contract {
  const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-provider-'));
  const options: Omit<ClusterOptions, 'name'> = {
    stateDir,
    topology: egressTopology(),
    programs: { echo: new URL('echo.fixture.ts', import.meta.url) },
    images: { 'test/echo': { program: 'echo' } },
    lifetime: 'caller',
  };
  let cluster: Cluster;
  let kube: KubeClient;
  let pods: ContractPods;
  const addresses = new Map<string, string>();
  const address = (pod: string): string => addresses.get(pod) ?? '';
  const nodeAt = (index: number): ClusterNode => cluster.nodes[index - 1] as ClusterNode;

  beforeAll(async () => {
    cluster = await provider.up({ ...options, name: 'one' });
    kube = await connectKube({ kubeconfig: cluster.kubeconfig });
    const dns = (await kube.get<Service>(servicesRef, 'kube-dns', 'kube-system')).spec.clusterIP ?? '';
    pods = new ContractPods(cluster, kube, { limitMs: limits.pod, dns });
    await kube.create(namespaces, { metadata: { name: 'shop' } });
    await pods.create('server-1', 1);
    await pods.create('server-2', 2);
    await pods.create('caller', 1, { args: [], labels: {} });
    await pods.create('host', 3, { hostNetwork: true, args: [], labels: {} });
    await kube.create(servicesRef, service('web', {}));
    // Other Services have to work beside one without endpoints.
    await kube.create(servicesRef, service('nobody', { selector: { app: 'nobody' } }));
    await kube.create(servicesRef, service('headless', { clusterIP: 'None' }));
    await kube.create(servicesRef, service('port', nodePort(30_080, 'Cluster')));
    await kube.create(servicesRef, service('local', nodePort(30_081, 'Local')));
    for (const name of ['server-1', 'server-2', 'caller', 'host'])
      addresses.set(name, (await pods.ready(name)).status?.podIP ?? '');
    const witness = await cluster.witness.start('echo', ['serve', String(witnessPort)]);
    for await (const line of witness.lines) if (line === 'serving') break;
  }, limits.up);

  afterAll(async () => {
    kube?.close();
    await cluster?.down();
    rmSync(stateDir, { recursive: true, force: true });
  }, 60_000);

  test('pods get addresses of their node’s subnet, hostNetwork pods the node’s', () => {
    for (const [pod, index] of [
      ['server-1', 1],
      ['server-2', 2],
    ] as const) {
      const range = cidrRange(nodeAt(index).podCIDR);
      expect(range !== null && rangeContains(range, address(pod)), `${pod} ${address(pod)}`).toBe(true);
    }
    expect(address('host')).toBe(nodeAt(3).address);
  });

  test.each<[string, string, () => string, () => unknown]>([
    ['a pod of the same node sees the pod', 'caller', () => `${address('server-1')} 8080`, () => address('caller')],
    ['a pod of another node sees the pod', 'caller', () => `${address('server-2')} 8080`, () => address('caller')],
    ['the outside sees the node', 'caller', witnessTarget, () => nodeAt(1).address],
    ['a hostNetwork pod is its node', 'host', () => `${address('server-1')} 8080`, () => nodeAt(3).address],
    ['a Service by its name', 'caller', () => 'web.shop.svc.cluster.local 80', () => address('caller')],
    ['a headless Service by its name', 'caller', () => 'headless.shop.svc.cluster.local 8080', () => address('caller')],
    ['a port where nobody listens', 'caller', () => `${address('server-1')} 1`, () => 'ECONNREFUSED'],
    [
      'nobody’s address',
      'caller',
      () => `${nodeAt(1).podCIDR.replace(/\d+\/24$/, '250')} 80`,
      () => expect.stringMatching(/^(EHOSTUNREACH|TIMEOUT)$/),
    ],
    [
      'a NodePort of another node',
      'caller',
      () => `${nodeAt(2).address} 30080`,
      () => expect.stringMatching(/^[\d.]+$/),
    ],
  ])('%s', async (_title, pod, target, expected) => {
    // Services follow their pods a moment later.
    await expect.poll(() => pods.dial(pod, target()), { timeout: limits.pod }).toEqual(expected());
  });

  dualStackContract(() => ({ cluster, kube, pods, witnessPort, limitMs: limits.pod }));

  test('externalTrafficPolicy Local keeps the client’s address', async () => {
    const client = await cluster.witness.start('echo', ['dial']);
    client.writeLine(`${nodeAt(2).address} 30081`);
    for await (const line of client.lines) {
      expect(line).toBe(cluster.topology.outside.witness);
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
    expect(await kube.log('shop', 'server-1')).toBe('serving\n');
  });

  test('a pod that fails is started again, and one that must not is Failed', async () => {
    await pods.createScript('crash', 'Always', 'exit 1');
    await pods.createScript('once', 'Never', 'exit 4');
    await pods.until('once', (pod) => pod.status?.phase === 'Failed');
    const crash = await pods.until('crash', (pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    expect(crash.status?.phase).toBe('Running');
  });

  test('a deleted pod takes its network with it', async () => {
    await pods.create('short', 2, { labels: {} });
    const pod = await pods.ready('short');
    const routes = async (): Promise<string> => (await nodeAt(2).run(['ip', 'route'])).stdout;
    expect(await routes()).toContain(pod.status?.podIP);
    await kube.delete(podsRef, 'short', 'shop');
    await expect.poll(() => kube.find(podsRef, 'short', 'shop'), { timeout: limits.pod }).toBeNull();
    await expect.poll(routes, { timeout: limits.pod }).not.toContain(pod.status?.podIP);
  });

  test('a pod nobody can run says why', async () => {
    await pods.create('nowhere', 9, { labels: {} });
    const waiting = await pods.until('nowhere', (one) => (one.status?.conditions ?? []).length > 0);
    expect(waiting.status?.conditions?.[0]?.message).toMatch(/^0\/\d nodes are available: .*node\(s\) didn't match/);
    await kube.delete(podsRef, 'nowhere', 'shop');
  });

  test('a command on a node: its output, its exit code, its time limit', async () => {
    const node = nodeAt(1);
    expect((await node.run(['cat'], { input: 'in' })).stdout).toBe('in');
    expect((await node.run(['sh', '-c', 'exit 3'], { allowFailure: true })).exitCode).toBe(3);
    await expect(node.run(['sh', '-c', 'exit 3'])).rejects.toThrow(/exit code 3/);
    await expect(node.run(['sleep', '20'], { timeoutMs: 500 })).rejects.toThrow(/did not end within 500 ms/);
    expect(await node.readFile('/proc/sys/net/ipv4/ip_forward')).toBe('1\n');
  });

  test('the database admits by address, and its log says who came', async () => {
    await cluster.database.setGrants([{ database: 'lab', password: 'x', admit: [nodeAt(1).address] }]);
    const { entries, mark } = await cluster.database.connections();
    expect(entries).toEqual([]);
    expect(mark).toBe(0);
    expect(cluster.database.version).toMatch(/^\d+/);
  });

  test('the firewall drops, counts and logs', async () => {
    const { witness } = cluster.topology.outside;
    const rules = [{ name: 'shop', source: nodeAt(1).address, destination: witness, action: 'drop' }] as const;
    const { mark } = await cluster.firewall.log();
    await cluster.firewall.setRules(rules, 'accept');
    expect(await pods.dial('caller', witnessTarget())).toBe('TIMEOUT');
    const { entries } = await cluster.firewall.log(mark);
    expect(entries[0]).toMatchObject({ rule: 'shop', action: 'drop', source: nodeAt(1).address, port: witnessPort });
    expect((await cluster.firewall.counters())['shop']?.packets).toBe(entries.length);
    await cluster.firewall.setRules([], 'accept');
    expect(await pods.dial('caller', witnessTarget())).toBe(nodeAt(1).address);
  });

  test('an unplugged node is cut off and comes back', async () => {
    const undo = await nodeAt(2).unplug();
    expect(await pods.dial('caller', `${address('server-2')} 8080`)).toBe('TIMEOUT');
    await undo();
    await undo();
    await expect
      .poll(() => pods.dial('caller', `${address('server-2')} 8080`), { timeout: limits.pod })
      .toBe(address('caller'));
  });

  test('a frozen node’s programs stand still, its kernel goes on', async () => {
    const undo = await nodeAt(2).freeze();
    // The kernel completes the handshake; the program never answers.
    expect(await pods.dial('caller', `${address('server-2')} 8080`)).toBe('TIMEOUT');
    await undo();
    await expect
      .poll(() => pods.dial('caller', `${address('server-2')} 8080`), { timeout: limits.pod })
      .toBe(address('caller'));
    expect((await nodeAt(2).run(['ip', 'link', 'show', 'eth0'])).stdout).toContain('UP');
  });

  test(
    'a node without power is gone; when it boots its pods run again',
    async () => {
      const node = nodeAt(2);
      const undo = await node.powerOff();
      await expect(node.run(['true'])).rejects.toThrow(node.name);
      await expect(node.unplug()).rejects.toThrow(`unplug of ${node.name}: the node is switched off`);
      await expect.poll(() => pods.readinessOf(node.name), { timeout: limits.nodeLost, interval: 500 }).toBe('Unknown');
      await undo();
      await expect.poll(() => pods.readinessOf(node.name), { timeout: limits.nodeBack, interval: 500 }).toBe('True');
      // The pod's old address stands in its status until it has a new one.
      await expect
        .poll(async () => pods.dial('caller', `${(await pods.ready('server-2')).status?.podIP} 8080`), {
          timeout: limits.nodeBack,
        })
        .toBe(address('caller'));
    },
    limits.nodeLost + 2 * limits.nodeBack,
  );

  test('a host that does not exist, a program that was not given', async () => {
    expect(() => cluster.node('node-9')).toThrow(
      `there is no node "node-9"; the nodes are ${cluster.nodes.map(({ name }) => name).join(', ')}`,
    );
    await expect(cluster.witness.start('nothing', [])).rejects.toThrow(
      /there is no program "nothing"; this cluster was given echo/,
    );
  });

  test('it is listed, can be attached to, and not be made twice', async () => {
    expect(await provider.list(stateDir)).toEqual([
      { name: 'one', alive: true, createdAt: expect.stringMatching(/^\d{4}-/) as string },
    ]);
    await using again = await provider.attach('one', stateDir);
    expect(again.topology).toEqual(cluster.topology);
    await expect(provider.up({ ...options, name: 'one' })).rejects.toThrow(/a cluster "one" runs already/);
    await expect(provider.attach('two', stateDir)).rejects.toThrow(/there is no running cluster "two"; running: one/);
  });

  return {
    stateDir,
    options,
    get cluster() {
      return cluster;
    },
    get kube() {
      return kube;
    },
    address,
    dial: (pod, target) => pods.dial(pod, target),
  };

  function witnessTarget(): string {
    return `${cluster.topology.outside.witness} ${witnessPort}`;
  }
}

function service(name: string, spec: object): KubeObject {
  return {
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  } as KubeObject;
}

function nodePort(port: number, externalTrafficPolicy: 'Cluster' | 'Local'): object {
  return { type: 'NodePort', externalTrafficPolicy, ports: [{ port: 80, targetPort: 8080, nodePort: port }] };
}
