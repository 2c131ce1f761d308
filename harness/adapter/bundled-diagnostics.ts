import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { egresses } from '../../agent/api/egress.ts';
import { externalIPPools } from '../../agent/api/external-ip-pool.ts';
import { installNamespace } from '../../agent/api/install.ts';
import { nodes, pods, type KubeObject, type ResourceRef } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { ClusterNode } from '../../clusters/cluster.ts';
import type { AdapterContext } from './adapter.ts';
import { kernelFiles } from './node-kernel.ts';

/** For each part; a cluster that is looked at because it does not work may not answer at all. */
const answerMs = 10_000;

type Files = Readonly<Record<string, string>>;
type Question = readonly [file: string, ask: () => Promise<string>];

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
}

/**
 * Objects and logs of the programs by the API; tables, routes and addresses by the nodes themselves, as well as the
 * logs where the API server does not answer. What cannot be had is said in its place.
 */
export async function bundledDiagnostics({ cluster, kube }: Pick<AdapterContext, 'cluster' | 'kube'>): Promise<Files> {
  const objects = Object.entries({ egresses, externalippools: externalIPPools, nodes }).map(
    ([name, resource]): Question => [`${name}.yaml`, () => yamlOf(kube, resource)],
  );
  const kernels = cluster.capabilities.nodeHosts.has
    ? cluster.nodes.flatMap((node) => kernelFiles(node, answerMs))
    : [];
  const [answers, logs] = await Promise.all([answersTo([...objects, ...kernels]), logsOf(kube, cluster)]);
  return { ...answers, ...logs };
}

async function answersTo(questions: readonly Question[]): Promise<Files> {
  return Object.fromEntries(
    await Promise.all(questions.map(async ([file, ask]) => [file, await answerOf(ask)] as const)),
  );
}

async function answerOf(ask: () => Promise<string>): Promise<string> {
  const late = sleep(answerMs, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${answerMs} ms`);
  });
  return Promise.race([ask(), late]).catch((error: unknown) => `not available: ${String(error)}\n`);
}

async function yamlOf(kube: Kube, resource: ResourceRef): Promise<string> {
  return stringify((await kube.list(resource)).items);
}

async function logsOf(kube: Kube, cluster: AdapterContext['cluster']): Promise<Files> {
  let members: readonly Pod[] = [];
  const listed = await answerOf(async () => {
    members = (await kube.list<Pod>(pods, { namespace: installNamespace })).items;
    return '';
  });
  if (listed !== '')
    return answersTo(cluster.nodes.map((node): Question => [`${node.name}/log.txt`, () => logOnNode(node)]));
  return answersTo(
    members.map(({ metadata: { name = '' }, spec }): Question => [
      `${spec?.nodeName ?? 'no-node'}/log-${name}.txt`,
      () => kube.log(installNamespace, name),
    ]),
  );
}

/** Where kubelets keep the logs of containers. */
async function logOnNode(node: ClusterNode): Promise<string> {
  const script = `tail -n 2000 /var/log/pods/${installNamespace}_*/*/*.log`;
  return (await node.run(['sh', '-c', script], { timeoutMs: answerMs })).stdout;
}
