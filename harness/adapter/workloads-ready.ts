import { daemonSets as daemonSetsRef, deployments as deploymentsRef, namespaces } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Reflection } from '../../agent/kube/types.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import type { AdapterContext } from './adapter.ts';

/** Programs are started, connected to the API server and have configured their node. */
export const readyMs = 60_000;
/** Pods end within their grace period of 30 s. */
const goneMs = 45_000;

interface Workload extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly replicas?: number;
  };
}

/** Waits until every DaemonSet and Deployment of the namespace is ready on all its nodes. */
export async function whenWorkloadsReady({ kube, signal }: AdapterContext, namespace: string): Promise<void> {
  using daemonSets = kube.reflect<Workload>(daemonSetsRef, { namespace });
  using deployments = kube.reflect<Workload>(deploymentsRef, { namespace });
  await Promise.all([daemonSets.synced, deployments.synced]);
  await whenReflected([daemonSets, deployments], {
    look: () => missing(daemonSets, deployments).length === 0 || undefined,
    limitMs: readyMs,
    last: () =>
      `the workloads of ${namespace} were not ready within ${readyMs} ms: ${missing(daemonSets, deployments).join('; ')}`,
    signal,
  });
}

/** Waits until a namespace that is being deleted is gone, and before it its pods, with whatever they do last. */
export async function whenNamespaceGone({ kube, signal }: AdapterContext, name: string): Promise<void> {
  using all = kube.reflect<KubeObject>(namespaces);
  await all.synced;
  await whenReflected([all], {
    look: () => !all.items.has(name) || undefined,
    limitMs: goneMs,
    last: () => `namespace ${name} was not gone within ${goneMs} ms: ${JSON.stringify(all.items.get(name))}`,
    ...(signal.aborted ? {} : { signal }),
  });
}

function missing(daemonSets: Reflection<Workload>, deployments: Reflection<Workload>): string[] {
  const sets = [...daemonSets.items.values()].flatMap(({ metadata, status }) => {
    const { desiredNumberScheduled = 0, numberReady = 0, updatedNumberScheduled = 0 } = status ?? {};
    const isReady =
      desiredNumberScheduled > 0 && Math.min(numberReady, updatedNumberScheduled) >= desiredNumberScheduled;
    return isReady && isSeen(metadata, status)
      ? []
      : [`DaemonSet ${metadata.name}: ${numberReady} of ${desiredNumberScheduled} ready`];
  });
  const others = [...deployments.items.values()].flatMap(({ metadata, spec, status }) => {
    const { replicas = 1 } = spec;
    const { readyReplicas = 0, updatedReplicas = 0, replicas: all = 0 } = status ?? {};
    const isReady = Math.min(readyReplicas, updatedReplicas) >= replicas && all === replicas;
    return isReady && isSeen(metadata, status)
      ? []
      : [`Deployment ${metadata.name}: ${readyReplicas} of ${replicas} ready, ${updatedReplicas} of ${all} new`];
  });
  return [...sets, ...others];
}

/** Before its controller has seen a change, a status is about what was before. */
function isSeen({ generation = 0 }: Workload['metadata'], status: Workload['status']): boolean {
  return (status?.observedGeneration ?? 0) >= generation;
}
