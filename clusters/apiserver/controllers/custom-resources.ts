import { clone, now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { remove } from '../operations/delete.ts';
import { controllerOptions } from '../operations/target.ts';
import { CLEANUP_FINALIZER } from '../resources/crd-strategy.ts';
import { customResource } from '../resources/custom.ts';
import type { ApiState } from '../state.ts';
import { ApiError } from '../status/api-error.ts';

const CRDS = 'customresourcedefinitions.apiextensions.k8s.io';

const isEstablished = (crd: ApiObject): boolean =>
  ((crd['status']?.conditions ?? []) as { type: string; status: string }[]).some(
    ({ type, status }) => type === 'Established' && status === 'True',
  );

/** Serves what definitions declare, from the moment they are stored; and empties a definition that is deleted. Returns the way to stop. */
export function serveCustomResources(state: ApiState): () => void {
  let stopped = false;
  const clean = (name: string): void => {
    setImmediate(() => !stopped && void cleanUp(state, name));
  };
  const silence = state.store.listen((storage, { current, gone }) => {
    if (storage === CRDS) {
      const crd = current?.object ?? gone?.object;
      if (!crd) return;
      const { group, names } = crd['spec'];
      if (gone) state.removeResource(group, names.plural);
      else if (isEstablished(crd)) state.registry.add(customResource(crd));
      if (current && crd.metadata.deletionTimestamp !== undefined) clean(crd.metadata.name);
    } else if (gone && state.find(CRDS, undefined, storage)?.metadata.deletionTimestamp !== undefined) clean(storage);
  });
  return () => {
    stopped = true;
    silence();
  };
}

async function cleanUp(state: ApiState, name: string): Promise<void> {
  const crd = state.find(CRDS, undefined, name);
  if (!crd || !crd.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return;
  const resource = state.registry.get(crd['spec'].group, crd['spec'].names.plural);
  const version = resource?.versions[0];
  const objects = (): ApiObject[] => [...state.store.collection(name).items.values()].map(({ object }) => object);
  if (resource && version) {
    for (const { metadata } of objects()) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const target = { resource, version, namespace: metadata.namespace, name: metadata.name, subresource: '' };
      try {
        await remove(state, target, {}, controllerOptions('custom-resource-cleanup'));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
  }
  const latest = state.find(CRDS, undefined, name);
  if (!latest || objects().length > 0) return;
  const finalizers = (latest.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
  if (finalizers.length === 0) {
    state.store.remove(CRDS, name);
    return;
  }
  const next = clone(latest);
  next.metadata.finalizers = finalizers;
  const conditions: { type: string }[] = next['status'].conditions ?? [];
  const done = {
    type: 'Terminating',
    status: 'False',
    lastTransitionTime: now(),
    reason: 'InstanceDeletionCompleted',
    message: 'removed all instances',
  };
  next['status'].conditions = [...conditions.filter(({ type }) => type !== 'Terminating'), done];
  state.store.put(CRDS, name, next);
}
