import { daemonSets as daemonSetsRef, deployments as deploymentsRef } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Reflection } from '../../agent/kube/types.ts';
import type { AdapterContext } from './adapter.ts';

/** Programs are started, connected to the API server and have configured their node. */
const readyMs = 60_000;

interface Workload extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
    readonly readyReplicas?: number;
  };
}

/** Waits until every DaemonSet and Deployment of the namespace is ready on all its nodes. */
export async function whenWorkloadsReady({ kube, signal }: AdapterContext, namespace: string): Promise<void> {
  using daemonSets = kube.reflect<Workload>(daemonSetsRef, { namespace });
  using deployments = kube.reflect<Workload>(deploymentsRef, { namespace });
  await Promise.all([daemonSets.synced, deployments.synced]);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => (missing(daemonSets, deployments).length === 0 ? resolve() : undefined);
  const stopLooking = [daemonSets.onChange(look), deployments.onChange(look)];
  const timer = setTimeout(() => {
    const states = missing(daemonSets, deployments).join('; ');
    reject(new Error(`the workloads of ${namespace} were not ready within ${readyMs} ms: ${states}`));
  }, readyMs);
  const interrupted = (): void => reject(new Error('interrupted'));
  signal.addEventListener('abort', interrupted, { once: true });
  look();
  await promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupted);
    for (const stop of stopLooking) stop();
  });
}

function missing(daemonSets: Reflection<Workload>, deployments: Reflection<Workload>): string[] {
  const sets = [...daemonSets.items.values()].flatMap(({ metadata, status }) => {
    const { desiredNumberScheduled = 0, numberReady = 0, updatedNumberScheduled = 0 } = status ?? {};
    const isReady =
      desiredNumberScheduled > 0 && Math.min(numberReady, updatedNumberScheduled) >= desiredNumberScheduled;
    return isReady ? [] : [`DaemonSet ${metadata.name}: ${numberReady} of ${desiredNumberScheduled} ready`];
  });
  const others = [...deployments.items.values()].flatMap(({ metadata, spec, status }) => {
    const { replicas = 1 } = spec;
    const { readyReplicas = 0 } = status ?? {};
    return readyReplicas >= replicas ? [] : [`Deployment ${metadata.name}: ${readyReplicas} of ${replicas} ready`];
  });
  return [...sets, ...others];
}
