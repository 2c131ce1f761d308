import { beforeAll, describe, expect, test } from 'vitest';
import { cidrRange, rangeContains } from '../agent/base/ip-range.ts';
import type { KubeClient } from '../agent/kube/client.ts';
import { nodes as nodesRef, services as servicesRef } from '../agent/kube/object.ts';
import type { KubeObject } from '../agent/kube/object.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import type { ContractPods } from './contract-pods.fixture.ts';

interface Given {
  readonly cluster: Cluster;
  readonly kube: KubeClient;
  readonly pods: ContractPods;
  /** Where the witness tells its clients where they came from. */
  readonly witnessPort: number;
  readonly limitMs: number;
}

type Node = KubeObject & {
  readonly spec?: { readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
};
type Service = KubeObject & { readonly spec: { readonly clusterIPs?: readonly string[] } };

/** What every provider does over IPv6 in a dual-stack cluster. `given` is asked for when the tests run. */
export function dualStackContract(given: () => Given): void {
  describe('IPv6', () => {
    const addresses = new Map<string, string>();
    const address = (pod: string): string => addresses.get(pod) ?? '';
    const nodeAt = (index: number): ClusterNode => given().cluster.nodes[index - 1] as ClusterNode;
    let clusterIP6 = '';

    beforeAll(async () => {
      const { pods, kube } = given();
      const labels = { app: 'six' };
      await pods.create('six-1', 1, { labels });
      await pods.create('six-2', 2, { labels });
      await pods.create('six-caller', 1, { args: [], labels: {} });
      await pods.create('six-host', 3, { hostNetwork: true, args: [], labels: {} });
      const spec = { selector: labels, ports: [{ port: 80, targetPort: 8080 }], ipFamilyPolicy: 'RequireDualStack' };
      const made = await kube.create<Service>(servicesRef, service('six', spec));
      clusterIP6 = made.spec.clusterIPs?.[1] ?? '';
      await kube.create(servicesRef, service('six-headless', { ...spec, clusterIP: 'None' }));
      for (const name of ['six-1', 'six-2', 'six-caller', 'six-host'])
        addresses.set(name, (await pods.ready(name)).status?.podIPs?.[1]?.ip ?? '');
    });

    test('nodes have an address and a pod CIDR of each family, as the topology says', async () => {
      const { cluster, kube } = given();
      expect(cluster.capabilities.ipv6).toEqual({ has: true });
      for (const { name, address: v4, address6, podCIDR, podCIDR6 } of cluster.topology.nodes) {
        const { spec, status } = await kube.get<Node>(nodesRef, name);
        expect(status?.addresses?.flatMap((one) => (one.type === 'InternalIP' ? [one.address] : []))).toEqual([
          v4,
          address6,
        ]);
        expect(spec?.podCIDRs).toEqual([podCIDR, podCIDR6]);
      }
    });

    test('pods get a second address of their node’s subnet, hostNetwork pods the node’s', async () => {
      for (const [pod, index] of [
        ['six-1', 1],
        ['six-2', 2],
      ] as const) {
        const range = cidrRange(nodeAt(index).podCIDR6 ?? '');
        expect(range !== null && rangeContains(range, address(pod)), `${pod} ${address(pod)}`).toBe(true);
      }
      expect(address('six-host')).toBe(nodeAt(3).address6);
      const { status } = await given().pods.ready('six-1');
      expect(status?.hostIPs?.map(({ ip }) => ip)).toEqual([nodeAt(1).address, nodeAt(1).address6]);
    });

    test.each<[string, string, () => string, () => unknown]>([
      [
        'a pod of the same node sees the pod',
        'six-caller',
        () => `${address('six-1')} 8080`,
        () => address('six-caller'),
      ],
      [
        'a pod of another node sees the pod',
        'six-caller',
        () => `${address('six-2')} 8080`,
        () => address('six-caller'),
      ],
      ['the outside sees the node', 'six-caller', () => outside(), () => nodeAt(1).address6],
      ['a hostNetwork pod is its node', 'six-host', () => `${address('six-1')} 8080`, () => nodeAt(3).address6],
      ['a Service by its address', 'six-caller', () => `${clusterIP6} 80`, () => address('six-caller')],
      ['a Service by its name', 'six-caller', () => 'six.shop.svc.cluster.local 80', () => address('six-caller')],
      [
        'a headless Service by its name',
        'six-caller',
        () => 'six-headless.shop.svc.cluster.local 8080',
        () => address('six-caller'),
      ],
      ['a port where nobody listens', 'six-caller', () => `${address('six-1')} 1`, () => 'ECONNREFUSED'],
    ])('%s', async (_title, pod, target, expected) => {
      const { pods, limitMs } = given();
      // Services follow their pods a moment later.
      await expect.poll(() => pods.dial(pod, target(), 6), { timeout: limitMs }).toEqual(expected());
    });

    test('the outside reaches a node, and sees who answers', async () => {
      const { cluster } = given();
      const client = await cluster.witness.start('echo', ['dial']);
      client.writeLine(`${nodeAt(1).address6} 1`);
      for await (const line of client.lines) {
        expect(line).toBe('ECONNREFUSED');
        break;
      }
      await client.stop();
    });

    test('an unplugged node has its addresses when it is back', async () => {
      const { pods, limitMs } = given();
      const dial = (): Promise<string> => pods.dial('six-caller', `${address('six-2')} 8080`);
      const undo = await nodeAt(2).unplug();
      expect(await dial()).toBe('TIMEOUT');
      await undo();
      await expect.poll(dial, { timeout: limitMs }).toBe(address('six-caller'));
    });

    test('the firewall drops, counts and logs', async () => {
      const { cluster, pods } = given();
      const source = nodeAt(1).address6 ?? '';
      const { mark } = await cluster.firewall.log();
      await cluster.firewall.setRules([{ name: 'six', source, action: 'drop' }], 'accept');
      expect(await pods.dial('six-caller', outside())).toBe('TIMEOUT');
      const { entries } = await cluster.firewall.log(mark);
      expect(entries[0]).toMatchObject({ rule: 'six', action: 'drop', source });
      expect((await cluster.firewall.counters())['six']?.packets).toBe(entries.length);
      await cluster.firewall.setRules([], 'accept');
    });

    function outside(): string {
      const { cluster, witnessPort } = given();
      return `${cluster.topology.outside.witness6} ${witnessPort}`;
    }
  });
}

function service(name: string, spec: object): Service {
  return { metadata: { name, namespace: 'shop' }, spec } as Service;
}
