import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documented } from '../../agent/api/antrea-documented.fixture.ts';
import type { Egress } from '../../agent/api/egress.ts';
import { connectKube } from '../../agent/kube/client.ts';
import type { KubeClient } from '../../agent/kube/client.ts';
import { namespaces, services } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Cluster, ClusterNode, ClusterProvider } from '../../clusters/cluster.ts';
import { apiRequests, type ApiRequest } from '../../clusters/api-request.fixture.ts';
import { ContractPods } from '../../clusters/contract-pods.fixture.ts';
import { kubectlIsThere, runKubectl } from '../../clusters/kubectl.fixture.ts';
import { egressTopology } from '../../clusters/topologies.ts';
import { podImages } from '../runner/provision.ts';
import { badObjectsContract } from './bad-objects.contract.ts';
import { bundled } from './bundled.ts';

/** The addresses of the documentation are nobody's here; the router is told that they are on the nodes' LAN. */
const documentedRange = '10.10.0.0/23';
const witnessPort = 9000;

/**
 * Antrea's documented manifests, applied with kubectl as they stand, behave as documented: seen in what kubectl shows and
 * in the source addresses that arrive outside.
 */
export function antreaDocumentedContract(
  provider: ClusterProvider,
  limits: { readonly up: number; readonly pod: number },
): void {
  describe.skipIf(!kubectlIsThere)('documented by Antrea', () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'egressproof-documented-'));
    let cluster: Cluster;
    let kube: KubeClient;
    let api: ApiRequest;
    const pods = new Map<string, ContractPods>();
    const nodeAt = (index: number): ClusterNode => cluster.nodes[index - 1] as ClusterNode;

    beforeAll(async () => {
      cluster = await provider.up({
        name: 'documented',
        stateDir,
        topology: egressTopology(),
        programs: { echo: new URL('../../clusters/echo.fixture.ts', import.meta.url) },
        images: { ...podImages(), 'test/echo': { program: 'echo' } },
        lifetime: 'caller',
      });
      kube = await connectKube({ kubeconfig: cluster.kubeconfig });
      api = await apiRequests(cluster.kubeconfig);
      await bundled.install({ cluster, kube, signal: new AbortController().signal });
      const dns = await kube.get<KubeObject & { spec: { clusterIP: string } }>(services, 'kube-dns', 'kube-system');
      for (const namespace of ['prod', 'staging']) {
        await kube.create(namespaces, { metadata: { name: namespace, labels: { env: namespace } } });
        const inNamespace = new ContractPods(cluster, kube, {
          limitMs: limits.pod,
          dns: dns.spec.clusterIP,
          namespace,
        });
        pods.set(namespace, inNamespace);
        await inNamespace.create('web', 1, { args: [], labels: { app: 'web', role: 'web' } });
        await inNamespace.create('other', 2, { args: [], labels: { app: 'other', role: 'other' } });
      }
      for (const inNamespace of pods.values()) await Promise.all(['web', 'other'].map((pod) => inNamespace.ready(pod)));
      const { router, witness } = cluster;
      await router.run(['ip', 'route', 'add', documentedRange, 'dev', router.interfaces.lan]);
      const serving = await witness.start('echo', ['serve', String(witnessPort)]);
      for await (const line of serving.lines) if (line === 'serving') break;
    }, limits.up);

    afterAll(async () => {
      kube?.close();
      await cluster?.down();
      rmSync(stateDir, { recursive: true, force: true });
    }, 60_000);

    const kubectl = (command: string, input?: string): Promise<string> =>
      runKubectl(cluster.kubeconfig, command, { input });

    badObjectsContract(() => api);

    const patience = { timeout: limits.pod, interval: 100 };
    const sourceOf = (namespace: string, pod: string): Promise<string> =>
      (pods.get(namespace) as ContractPods).dial(pod, `${cluster.topology.outside.witness} ${witnessPort}`);
    const field = (object: string, path: string): Promise<string> => kubectl(`get ${object} -o jsonpath={${path}}`);
    const conditions = async (name: string): Promise<string[]> => {
      const { status } = JSON.parse(await kubectl(`get egress ${name} -o json`)) as Egress;
      return (status?.conditions ?? []).map(({ type, status: is, message }) => `${type}=${is}:${message}`);
    };
    const assigned = 'IPAssigned=True:EgressIP is successfully assigned to EgressNode';
    const allocated = 'IPAllocated=True:EgressIP is successfully allocated';

    test('a pool with both kinds of ranges, and an Egress with an address of it, wait for a labelled node', async () => {
      expect(await kubectl('apply -f -', documented.pool)).toMatch(/^externalippool\S+ created\n$/);
      expect(await kubectl('apply -f -', documented.egress)).toMatch(/^egress\S+ created\n$/);
      await expect
        .poll(() => conditions('egress-prod-web'), patience)
        .toEqual(['IPAssigned=False:Failed to assign the IP to EgressNode: no Node available', allocated]);
      await expect
        .poll(() => kubectl('get eip'), patience)
        .toMatch(/^NAME +TOTAL +USED +AGE\nprod-external-ip-pool +23 +1 /);
      await kubectl(`label node ${nodeAt(2).name} network-role=egress-gateway`);
      await expect.poll(() => conditions('egress-prod-web'), patience).toEqual([assigned, allocated]);
      expect(await kubectl('get egress')).toMatch(
        new RegExp(`^NAME +EGRESSIP +AGE +NODE\negress-prod-web +10\\.10\\.0\\.8 +\\S+ +${nodeAt(2).name}\n$`),
      );
      await expect.poll(() => sourceOf('prod', 'web'), patience).toBe('10.10.0.8');
      expect(await sourceOf('prod', 'other')).toBe(nodeAt(2).address);
      expect(await sourceOf('staging', 'web')).toBe(nodeAt(1).address);
    });

    test('a bandwidth is taken in its units', async () => {
      expect(await kubectl('apply -f -', documented.bandwidth)).toMatch(/configured/);
      await expect.poll(() => conditions('egress-prod-web'), patience).toEqual([assigned, allocated]);
      expect(await field('egress egress-prod-web', '.spec.bandwidth.rate')).toBe('800M');
      await expect.poll(() => sourceOf('prod', 'web'), patience).toBe('10.10.0.8');
    });

    test('what the documentation forbids is refused in its words', async () => {
      const beyond = documented.egress.replace('10.10.0.8', '10.10.0.11');
      expect(await kubectl('apply -f -', beyond)).toMatch(
        /denied the request: IP 10\.10\.0\.11 is not within the IP range/,
      );
      const shrunk = documented.pool.replace('end: 10.10.0.10', 'end: 10.10.0.9');
      expect(await kubectl('apply -f -', shrunk)).toMatch(
        /denied the request: existing IPRanges \[10\.10\.0\.2-10\.10\.0\.10\] cannot be updated or deleted/,
      );
      const overlapping = documented.pool.replace('name: prod-', 'name: other-');
      expect(await kubectl('apply -f -', overlapping)).toMatch(
        /range \[10\.10\.0\.2-10\.10\.0\.10\] overlaps with range \[10\.10\.0\.2-10\.10\.0\.10\] of ExternalIPPool prod-external-ip-pool/,
      );
    });

    test('without its pool an Egress loses its address; with a pool of a tagged subnet it gets the first of that', async () => {
      await kubectl('delete eip prod-external-ip-pool');
      await expect
        .poll(() => conditions('egress-prod-web'), patience)
        .toEqual([
          'IPAllocated=False:Cannot allocate EgressIP from ExternalIPPool: ExternalIPPool prod-external-ip-pool does not exist',
        ]);
      expect(await field('egress egress-prod-web', '.spec.egressIP')).toBe('');
      expect(await kubectl('apply -f -', documented.poolWithSubnet)).toMatch(/created/);
      await expect.poll(() => field('egress egress-prod-web', '.spec.egressIP'), patience).toBe('10.10.0.2');
      await expect.poll(() => kubectl('get eip'), patience).toMatch(/prod-external-ip-pool +9 +1 /);
      await kubectl('delete egress egress-prod-web');
      await expect.poll(() => kubectl('get eip'), patience).toMatch(/prod-external-ip-pool +9 +0 /);
      await kubectl('delete eip prod-external-ip-pool');
    });

    test('high availability: two namespaces with an address each, on a labelled node, and on another when the label goes', async () => {
      expect(await kubectl('apply -f -', documented.highAvailability)).toMatch(/^(\S+ created\n){3}$/);
      for (const [name, namespace, ip] of [
        ['egress-prod-web', 'prod', '10.10.0.11'],
        ['egress-staging-web', 'staging', '10.10.0.12'],
      ] as const) {
        await expect.poll(() => field(`egress ${name}`, '.status.egressNode'), patience).toBe(nodeAt(2).name);
        await expect.poll(() => sourceOf(namespace, 'web'), patience).toBe(ip);
      }
      await kubectl(`label node ${nodeAt(1).name} network-role=egress-gateway`);
      await kubectl(`label node ${nodeAt(2).name} network-role-`);
      await expect.poll(() => field('egress egress-staging-web', '.status.egressNode'), patience).toBe(nodeAt(1).name);
      await expect.poll(() => sourceOf('staging', 'web'), patience).toBe('10.10.0.12');
      expect(await kubectl('delete -f -', documented.highAvailability)).toMatch(/^(\S+ "\S+" deleted[^\n]*\n){3}$/);
      await expect.poll(() => sourceOf('staging', 'web'), patience).toBe(nodeAt(1).address);
    });

    test('static addresses are those that somebody has put on nodes', async () => {
      expect(await kubectl('apply -f -', documented.staticEgress)).toMatch(/^(\S+ created\n){2}$/);
      await expect
        .poll(() => conditions('egress-prod-web'), patience)
        .toEqual(['IPAssigned=False:Failed to assign the IP to EgressNode: no Node has 10.10.0.104 configured']);
      await nodeAt(3).run(['ip', 'addr', 'add', '10.10.0.104/32', 'dev', 'eth0']);
      await expect
        .poll(() => kubectl('get egress egress-prod-web --no-headers'), patience)
        .toMatch(new RegExp(`^egress-prod-web +10\\.10\\.0\\.104 +\\S+ +${nodeAt(3).name}\n$`));
      expect(await conditions('egress-prod-web')).toEqual([]);
      await expect.poll(() => sourceOf('prod', 'web'), patience).toBe('10.10.0.104');
      await nodeAt(3).run(['ip', 'addr', 'del', '10.10.0.104/32', 'dev', 'eth0']);
      await expect.poll(() => field('egress egress-prod-web', '.status.egressNode'), patience).toBe('');
      expect(await kubectl('delete -f -', documented.staticEgress)).toMatch(/^(\S+ "\S+" deleted[^\n]*\n){2}$/);
    });
  });
}
