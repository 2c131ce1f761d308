import type { ApiObject, OwnerReference } from '../object.ts';
import { remove } from '../operations/delete.ts';
import type { DeleteOptions } from '../operations/delete.ts';
import { controllerOptions } from '../operations/target.ts';
import type { Target } from '../operations/target.ts';
import { update } from '../operations/update.ts';
import type { ApiState } from '../state.ts';
import { ApiError } from '../status/api-error.ts';
import { OwnershipGraph } from './ownership-graph.ts';
import type { Located } from './ownership-graph.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
const options = controllerOptions('garbage-collector');

/** Deletes what belonged to objects that are gone, and carries out foreground and orphaning deletion. Returns the way to stop. */
export function startGarbageCollector(state: ApiState): () => void {
  const graph = new OwnershipGraph();
  const queue = new Set<string>();
  let running = false;
  let stopped = false;
  const work = async (): Promise<void> => {
    for (const uid of queue) {
      queue.delete(uid);
      if (!stopped) await collect(state, graph, uid);
    }
    running = false;
  };
  const enqueue = (uid: string): void => {
    queue.add(uid);
    if (running) return;
    running = true;
    setImmediate(() => void work());
  };
  const silence = state.store.listen((storage, { key, current, previous, gone }) => {
    const { owners, uid } = graph.note(storage, key, current?.object, previous?.object);
    for (const owner of owners) if (!graph.has(owner)) enqueue(owner);
    if (gone) {
      if (graph.dependents(uid).length > 0) enqueue(uid);
      // A foreground deletion of an owner may have waited for this one.
      for (const owner of previous?.object.metadata.ownerReferences ?? []) enqueue(owner.uid);
    } else if (
      current?.object.metadata.deletionTimestamp !== undefined &&
      current.object.metadata.finalizers?.some(isOurs)
    )
      enqueue(uid);
  });
  return () => {
    stopped = true;
    silence();
  };
}

const isOurs = (finalizer: string): boolean => finalizer === FOREGROUND || finalizer === ORPHAN;

async function collect(state: ApiState, graph: OwnershipGraph, uid: string): Promise<void> {
  const owner = graph.locate(uid);
  const object = owner && objectAt(state, owner);
  const dependents = graph.dependents(uid).flatMap((located) => {
    const found = objectAt(state, located);
    return found ? [{ located, object: found }] : [];
  });
  if (!object) {
    for (const dependent of dependents) await dropOwner(state, graph, dependent, uid, {});
    return;
  }
  if (object.metadata.deletionTimestamp === undefined) return;
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(ORPHAN)) {
    for (const { located, object: dependent } of dependents) await releaseOwner(state, located, dependent, uid);
    await dropFinalizer(state, owner, object, ORPHAN);
  } else if (finalizers.includes(FOREGROUND)) {
    const blocking = dependents.filter(({ object: { metadata } }) =>
      metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
    );
    if (blocking.length === 0) await dropFinalizer(state, owner, object, FOREGROUND);
    else
      for (const dependent of dependents)
        await dropOwner(state, graph, dependent, uid, { propagationPolicy: 'Foreground' });
  }
}

const objectAt = (state: ApiState, { storage, key }: Located): ApiObject | undefined =>
  state.store.collection(storage).items.get(key)?.object;

function targetOf(state: ApiState, { storage }: Located, { metadata }: ApiObject): Target | undefined {
  for (const resource of state.registry.all()) {
    const version = resource.versions[0];
    if (resource.storage === storage && version)
      return { resource, version, namespace: metadata.namespace, name: metadata.name, subresource: '' };
  }
  return undefined;
}

/** Deletes a dependent, or only takes the owner's reference away where another owner still lives. */
async function dropOwner(
  state: ApiState,
  graph: OwnershipGraph,
  { located, object }: { located: Located; object: ApiObject },
  uid: string,
  wanted: DeleteOptions,
): Promise<void> {
  const others = (object.metadata.ownerReferences ?? []).filter(
    (reference) => reference.uid !== uid && graph.has(reference.uid),
  );
  if (others.length > 0) return releaseOwner(state, located, object, uid);
  const target = targetOf(state, located, object);
  if (!target || object.metadata.deletionTimestamp !== undefined) return;
  await ignoringApiErrors(
    remove(
      state,
      target,
      { propagationPolicy: 'Background', ...wanted, preconditions: { uid: object.metadata.uid } },
      options,
    ),
  );
}

async function releaseOwner(state: ApiState, located: Located, object: ApiObject, uid: string): Promise<void> {
  const target = targetOf(state, located, object);
  const without = (references: readonly OwnerReference[] | undefined): OwnerReference[] =>
    (references ?? []).filter((reference) => reference.uid !== uid);
  if (!target) return;
  const change = (current: ApiObject): ApiObject => {
    const left = without(current.metadata.ownerReferences);
    if (left.length > 0) current.metadata.ownerReferences = left;
    else delete current.metadata.ownerReferences;
    return current;
  };
  await ignoringApiErrors(update(state, target, change, options));
}

async function dropFinalizer(state: ApiState, located: Located, object: ApiObject, finalizer: string): Promise<void> {
  const target = targetOf(state, located, object);
  if (!target) return;
  const change = (current: ApiObject): ApiObject => {
    current.metadata.finalizers = (current.metadata.finalizers ?? []).filter((other) => other !== finalizer);
    return current;
  };
  await ignoringApiErrors(update(state, target, change, options));
}

/** What is gone or was changed meanwhile comes by again. */
async function ignoringApiErrors(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
