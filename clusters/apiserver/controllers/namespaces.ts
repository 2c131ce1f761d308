import { clone, now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { remove } from '../operations/delete.ts';
import { controllerOptions } from '../operations/target.ts';
import type { Resource } from '../resources/definition.ts';
import type { ApiState } from '../state.ts';
import { ApiError } from '../status/api-error.ts';

/** Empties the namespaces that are being deleted, and finishes those that are empty. */
export async function sweepNamespaces(state: ApiState): Promise<void> {
  for (const { object } of [...state.store.collection('namespaces').items.values()]) {
    if (object.metadata.deletionTimestamp !== undefined) await sweep(state, object.metadata.name);
  }
}

async function sweep(state: ApiState, namespace: string): Promise<void> {
  const remaining: { resource: Resource; objects: ApiObject[] }[] = [];
  for (const resource of state.registry.all()) {
    const version = resource.versions[0];
    if (!resource.namespaced || !version) continue;
    // Two resources may share a collection (events).
    if (remaining.some((other) => other.resource.storage === resource.storage)) continue;
    for (const { metadata } of contentOf(state, resource, namespace)) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const target = { resource, version, namespace, name: metadata.name, subresource: '' };
      try {
        await remove(state, target, { propagationPolicy: 'Background' }, controllerOptions('namespace-controller'));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
    const objects = contentOf(state, resource, namespace);
    if (objects.length > 0) remaining.push({ resource, objects });
  }
  finish(state, namespace, remaining);
}

const contentOf = (state: ApiState, { storage }: Resource, namespace: string): ApiObject[] =>
  [...state.store.collection(storage).items.values()]
    .map(({ object }) => object)
    .filter(({ metadata }) => metadata.namespace === namespace);

const qualified = ({ plural, group }: Resource): string => `${plural}.${group}`;

function finish(
  state: ApiState,
  name: string,
  remaining: readonly { resource: Resource; objects: readonly ApiObject[] }[],
): void {
  const namespace = state.find('namespaces', undefined, name);
  if (!namespace || namespace.metadata.deletionTimestamp === undefined) return;
  const next = clone(namespace);
  if (remaining.length === 0) {
    next['spec'].finalizers = ((next['spec'].finalizers ?? []) as string[]).filter(
      (finalizer) => finalizer !== 'kubernetes',
    );
    if (next['spec'].finalizers.length === 0 && (next.metadata.finalizers ?? []).length === 0) {
      state.store.remove('namespaces', name);
      return;
    }
  }
  const conditions = contentConditions(remaining);
  const before: { type: string; status: string; message: string; lastTransitionTime: string }[] =
    next['status'].conditions ?? [];
  const same = conditions.every(({ type, status, message }) =>
    before.some((old) => old.type === type && old.status === status && old.message === message),
  );
  if (same && JSON.stringify(next['spec']) === JSON.stringify(namespace['spec'])) return;
  next['status'].conditions = conditions.map((condition) => {
    const old = before.find(({ type, status }) => type === condition.type && status === condition.status);
    return { lastTransitionTime: old?.lastTransitionTime ?? now(), ...condition };
  });
  state.store.put('namespaces', name, next);
}

/** The conditions by which a real namespace says what it still waits for. */
function contentConditions(
  remaining: readonly { resource: Resource; objects: readonly ApiObject[] }[],
): { type: string; status: string; reason: string; message: string }[] {
  const counts = remaining.map(
    ({ resource, objects }) => `${qualified(resource)} has ${objects.length} resource instances`,
  );
  const finalizers = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? [])
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    counts.length > 0
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${counts.join(', ')}`,
        }
      : {
          type: 'NamespaceContentRemaining',
          status: 'False',
          reason: 'ContentRemoved',
          message: 'All content successfully removed',
        },
    held.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ];
}
