import { pods, type KubeObject } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import type { AdapterContext } from './adapter.ts';
import { readyMs } from './workloads-ready.ts';

interface Pod extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Deletes the pods of a workload all at once, and waits until as many others are ready. */
export async function restartPods(
  { kube, signal }: AdapterContext,
  namespace: string,
  workload: string,
): Promise<void> {
  using all = kube.reflect<Pod>(pods, { namespace });
  await all.synced;
  const members = (): Pod[] =>
    [...all.items.values()].filter(({ metadata }) => metadata.name?.startsWith(`${workload}-`));
  const before = members();
  if (before.length === 0) throw new Error(`workload ${workload} has no pod in namespace ${namespace} to restart`);
  const old = new Set(before.map(({ metadata }) => metadata.uid));
  await Promise.all(before.map(({ metadata }) => kube.delete(pods, metadata.name ?? '', namespace)));
  const ready = (): number =>
    members().filter(({ metadata, status }) => {
      const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
      return isReady && !old.has(metadata.uid);
    }).length;
  await whenReflected([all], {
    look: () => ready() >= before.length || undefined,
    limitMs: readyMs,
    last: () => `of the ${before.length} pods of ${workload} ${ready()} were ready again within ${readyMs} ms`,
    signal,
  });
}
