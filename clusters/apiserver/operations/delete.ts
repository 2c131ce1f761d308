import { clone, timestamp } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { objectKey } from '../resources/definition.ts';
import type { ApiState } from '../state.ts';
import { preconditionConflict, notFound } from '../status/api-error.ts';
import { admit } from './admission.ts';
import { refuseImmortal } from './namespace-lifecycle.ts';
import type { Target, WriteOptions } from './target.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What became of a deletion: gone at once, or marked and waiting for grace or finalizers. */
export interface Deletion {
  readonly object: ApiObject;
  readonly gone: boolean;
}

export async function remove(
  state: ApiState,
  target: Target,
  wanted: DeleteOptions,
  options: WriteOptions,
): Promise<Deletion> {
  const { resource, namespace, name = '' } = target;
  const key = objectKey(namespace, name);
  const current = (): ApiObject => {
    const found = state.find(resource.storage, namespace, name);
    if (!found) throw notFound(resource, name);
    checkPreconditions(target, found, wanted);
    return found;
  };
  if (resource.storage === 'namespaces') refuseImmortal(name);
  await admit(state, target, 'DELETE', undefined, current(), options);
  const old = current();
  const next = clone(old);
  const gone = mark(next, old, resource.strategy.grace?.(old), wanted);
  if (options.dryRun) return { object: gone ? old : next, gone };
  if (gone) return { object: state.store.remove(resource.storage, key)?.object ?? old, gone };
  if (!isSame(next, old)) return { object: state.store.put(resource.storage, key, next).object, gone };
  return { object: old, gone };
}

const isSame = (next: ApiObject, old: ApiObject): boolean =>
  next.metadata.deletionTimestamp === old.metadata.deletionTimestamp &&
  next.metadata.deletionGracePeriodSeconds === old.metadata.deletionGracePeriodSeconds &&
  (next.metadata.finalizers ?? []).join() === (old.metadata.finalizers ?? []).join();

function checkPreconditions(
  { resource, name = '' }: Target,
  { metadata }: ApiObject,
  { preconditions }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid && uid !== metadata.uid) {
    throw preconditionConflict(
      resource,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
    throw preconditionConflict(resource, name, why);
  }
}

/** Marks the object for deletion as far as it has to wait; true when nothing holds it. */
function mark(next: ApiObject, old: ApiObject, defaultGrace: number | undefined, wanted: DeleteOptions): boolean {
  const { metadata } = next;
  const isNamespace = next.kind === 'Namespace';
  const finalizers = finalizersFor(metadata.finalizers ?? [], wanted);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const graceful = defaultGrace !== undefined;
  // A pod without a node, or one that has ended, is not waited for whatever grace the client asks for.
  const grace = graceful && defaultGrace > 0 ? Math.max(0, wanted.gracePeriodSeconds ?? defaultGrace) : 0;
  const already = old.metadata.deletionGracePeriodSeconds;
  if (old.metadata.deletionTimestamp === undefined || (already !== undefined && grace < already)) {
    const start =
      old.metadata.deletionTimestamp === undefined
        ? Date.now()
        : Date.parse(old.metadata.deletionTimestamp) - (already ?? 0) * 1000;
    metadata.deletionTimestamp = timestamp(new Date(start + grace * 1000));
    metadata.deletionGracePeriodSeconds = grace;
    if (metadata.generation !== undefined && old.metadata.deletionTimestamp === undefined) metadata.generation += 1;
  }
  if (isNamespace) {
    next['status'] = { ...next['status'], phase: 'Terminating' };
    return (next['spec'].finalizers ?? []).length === 0 && finalizers.length === 0;
  }
  return finalizers.length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

/** The finalizers that a propagation policy asks for; without one those of the object stay. */
function finalizersFor(present: readonly string[], { propagationPolicy, orphanDependents }: DeleteOptions): string[] {
  const policy =
    propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  if (policy === undefined) return [...present];
  const others = present.filter((finalizer) => finalizer !== 'orphan' && finalizer !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}
