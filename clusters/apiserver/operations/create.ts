import { randomBytes, randomUUID } from 'node:crypto';
import { now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { objectKey } from '../resources/definition.ts';
import type { ApiState } from '../state.ts';
import { alreadyExists, badRequest, internal, invalid } from '../status/api-error.ts';
import { admit } from './admission.ts';
import { requireNamespace } from './namespace-lifecycle.ts';
import { schemaFaults } from './schema-faults.ts';
import { metadataFaults } from './metadata.ts';
import { trackUpdate } from '../managed/track.ts';
import type { Target, WriteOptions } from './target.ts';

/** The characters of generated name suffixes: no vowels, nothing that looks alike. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
/** Names are cut so that the suffix fits into 63 characters. */
const MAX_GENERATED_BASE = 58;

const suffix = (): string =>
  Array.from(randomBytes(5), (byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join('');

/** Stores a new object. `managedFields` are tracked unless `managed` says that the caller did (server-side apply). */
export async function create(
  state: ApiState,
  target: Target,
  object: ApiObject,
  options: WriteOptions,
  managed = false,
): Promise<ApiObject> {
  const { resource, version } = target;
  const { strategy } = resource;
  const { metadata } = object;
  placeInNamespace(target, object);
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  if (!metadata.name && metadata.generateName)
    metadata.name = metadata.generateName.slice(0, MAX_GENERATED_BASE) + suffix();
  strategy.defaults?.(object);
  requireNamespace(state, target, metadata.name);
  metadata.uid = randomUUID();
  metadata.creationTimestamp = now();
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  if (strategy.generation) metadata.generation = 1;
  else delete metadata.generation;
  if (!managed) delete metadata.managedFields;
  if (!resource.builtin && version.subresources.has('status')) delete object['status'];
  const context = state.strategyContext(options.dryRun);
  strategy.prepareCreate?.(object, context);
  const faults = [
    ...schemaFaults(target, object, metadataFaults(resource, metadata)),
    ...(strategy.validate?.(object, context) ?? []),
  ];
  if (faults.length > 0)
    throw invalid(resource.group, resource.kind, metadata.name || metadata.generateName || '', faults);
  if (!managed) trackUpdate(undefined, object, target, options);
  await admit(state, target, 'CREATE', object, undefined, options);
  const key = objectKey(metadata.namespace, metadata.name);
  if (state.store.collection(resource.storage).items.has(key)) throw alreadyExists(resource, metadata.name);
  if (options.dryRun) return { ...object, metadata: { ...metadata, resourceVersion: '' } };
  return state.store.put(resource.storage, key, object).object;
}

function placeInNamespace({ resource, namespace, name }: Target, { metadata }: ApiObject): void {
  if (!resource.namespaced) delete metadata.namespace;
  else if (namespace === undefined) throw internal(`no namespace for ${resource.plural}`);
  else if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  } else metadata.namespace = namespace;
  if (name === undefined) return;
  metadata.name ||= name;
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}
