import { clone, equal } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { objectKey } from '../resources/definition.ts';
import type { ApiState } from '../state.ts';
import { badRequest, conflict, invalid, notFound, staleVersion } from '../status/api-error.ts';
import { admit } from './admission.ts';
import { metadataFaults, metadataUpdateFaults } from './metadata.ts';
import { schemaFaults } from './schema-faults.ts';
import { trackUpdate } from '../managed/track.ts';
import type { Target, WriteOptions } from './target.ts';

/** Makes the wanted object from a private copy of the current one, both in stored form. */
export type Change = (current: ApiObject) => ApiObject | Promise<ApiObject>;

/** How often a change that names no resourceVersion is repeated when another writer was faster. */
const MAX_ATTEMPTS = 5;

/**
 * Changes an object that exists. `managed`: the change has kept managedFields itself (server-side apply).
 * Returns the object as stored.
 */
export async function update(
  state: ApiState,
  target: Target,
  change: Change,
  options: WriteOptions,
  managed = false,
): Promise<ApiObject> {
  const { resource, namespace } = target;
  const name = target.name ?? '';
  const key = objectKey(namespace, name);
  for (let attempt = 1; ; attempt += 1) {
    const old = state.find(resource.storage, namespace, name);
    if (!old) throw notFound(resource, name);
    const next = await change(clone(old));
    const wanted = next.metadata.resourceVersion;
    if (wanted && wanted !== old.metadata.resourceVersion) throw staleVersion(resource, name);
    prepare(state, target, next, old, options);
    if (!managed) trackUpdate(old, next, target, options);
    const unchanged = equal(withoutTimes(next), withoutTimes(old));
    if (!unchanged) await admit(state, target, 'UPDATE', next, old, options);
    if (state.find(resource.storage, namespace, name) !== old) {
      if (attempt < MAX_ATTEMPTS && !isPinned(next, old)) continue;
      throw staleVersion(resource, name);
    }
    if (unchanged) return old;
    if (options.dryRun) return next;
    if (isFinished(next)) {
      state.store.remove(resource.storage, key);
      return next;
    }
    return state.store.put(resource.storage, key, next).object;
  }
}

/** The writer named the version it read, so a newer one must not be overwritten. */
const isPinned = (next: ApiObject, old: ApiObject): boolean =>
  next.metadata.resourceVersion !== old.metadata.resourceVersion;

/** Deleted and nothing holds it any more. */
const isFinished = ({ metadata, ...rest }: ApiObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (metadata.finalizers ?? []).length === 0 &&
  metadata.deletionGracePeriodSeconds === 0 &&
  (rest['kind'] !== 'Namespace' || (rest['spec'].finalizers ?? []).length === 0);

/** Two versions that differ only in when managed fields were written are the same. */
const withoutTimes = (object: ApiObject): unknown => ({
  ...object,
  metadata: {
    ...object.metadata,
    resourceVersion: '',
    managedFields: object.metadata.managedFields?.map(({ time: _time, ...entry }) => entry),
  },
});

function prepare(state: ApiState, target: Target, next: ApiObject, old: ApiObject, options: WriteOptions): void {
  const { resource, subresource, name = '' } = target;
  const { strategy } = resource;
  checkIdentity(target, next, old);
  isolate(target, next, old);
  const context = state.strategyContext(options.dryRun);
  if (subresource === '') strategy.prepareUpdate?.(next, old, context);
  if (strategy.generation) {
    const { generation = 1 } = old.metadata;
    next.metadata.generation = equal(content(next), content(old)) ? generation : generation + 1;
  }
  const ofMetadata = [...metadataFaults(resource, next.metadata), ...metadataUpdateFaults(next, old)];
  const faults = schemaFaults(target, next, ofMetadata, old);
  if (subresource === '') faults.push(...(strategy.validate?.(next, context, old) ?? []));
  if (faults.length > 0) throw invalid(resource.group, resource.kind, name, faults);
}

const content = ({ metadata: _metadata, status: _status, ...rest }: ApiObject): unknown => rest;

function checkIdentity({ resource, name = '', namespace }: Target, { metadata }: ApiObject, old: ApiObject): void {
  metadata.name ||= name;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  if (metadata.namespace && namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (namespace === undefined) delete metadata.namespace;
  else metadata.namespace = namespace;
  if (metadata.uid && metadata.uid !== old.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
}

/** What an update cannot change: what the system gave, and what belongs to another subresource. */
function isolate({ resource, version, subresource }: Target, next: ApiObject, old: ApiObject): void {
  const { metadata } = next;
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } =
    old.metadata;
  Object.assign(metadata, { uid, creationTimestamp, resourceVersion: metadata.resourceVersion || resourceVersion });
  set(metadata, 'deletionTimestamp', deletionTimestamp);
  set(metadata, 'deletionGracePeriodSeconds', deletionGracePeriodSeconds);
  set(metadata, 'generation', generation);
  if (subresource === '' && version.subresources.has('status')) set(next, 'status', clone(old['status']));
  if (subresource !== 'status') return;
  for (const key of Object.keys({ ...next, ...old })) {
    if (!['apiVersion', 'kind', 'metadata', 'status'].includes(key)) set(next, key, clone(old[key]));
  }
  const { managedFields, labels, annotations } = metadata;
  next.metadata = clone(old.metadata);
  // The status of built-in kinds carries labels and annotations along, that of custom resources only itself.
  if (resource.builtin) Object.assign(next.metadata, { labels, annotations });
  set(next.metadata, 'labels', next.metadata.labels);
  set(next.metadata, 'annotations', next.metadata.annotations);
  set(next.metadata, 'managedFields', managedFields);
  next.metadata.resourceVersion = metadata.resourceVersion;
}

function set<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
