import { clone, now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { fieldSetOf, ensureNamedFields, mergeTyped, removeItems } from '../managed/typed.ts';
import { FieldSet } from '../managed/field-set.ts';
import { isSame, parseManagers, strip } from '../managed/managers.ts';
import type { Manager } from '../managed/managers.ts';
import { rootSchema } from '../managed/node-kind.ts';
import { changes, releaseAll, write } from '../managed/track.ts';
import { versionOf } from '../resources/registry.ts';
import { prune } from '../schema/prune.ts';
import { scalarFault } from '../schema/scalar-fault.ts';
import { isObject } from '../schema/types.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';
import type { ApiState } from '../state.ts';
import { ApiError, badRequest } from '../status/api-error.ts';
import { create } from './create.ts';
import { complete, decode, encode } from './decode.ts';
import type { Target, WriteOptions } from './target.ts';
import { update } from './update.ts';

/** Objects that were written before anybody applied anything belong to this manager. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** Server-side apply: the fields that this manager applies become its own; those it no longer applies go, unless others have them. */
export async function apply(
  state: ApiState,
  target: Target,
  document: unknown,
  force: boolean,
  options: WriteOptions,
): Promise<{ object: ApiObject; created: boolean }> {
  const { resource, namespace, name = '' } = target;
  const config = checkConfiguration(document, target);
  if (!state.find(resource.storage, namespace, name)) {
    if (target.subresource !== '') throw new ApiError(404, 'NotFound', `${resource.plural} "${name}" not found`);
    const object = decode(clone(config), target, options, 'applied');
    write(object, [applierOf(target, config, options)]);
    try {
      return { object: await create(state, target, object, options, true), created: true };
    } catch (error) {
      // Somebody else has made it while webhooks were asked: then it is changed.
      if (!(error instanceof ApiError && error.reason === 'AlreadyExists' && namesOne(config))) throw error;
    }
  }
  const change = (current: ApiObject): ApiObject => applyTo(current, config, target, force, options);
  return { object: await update(state, target, change, options, true), created: false };
}

/** A generated name is another one each time. */
const namesOne = ({ metadata }: JsonObject): boolean => isObject(metadata) && metadata['name'] !== undefined;

/** The configuration has to be of this kind, and to speak of fields that exist. */
function checkConfiguration(document: unknown, target: Target): JsonObject {
  if (!isObject(document)) throw badRequest('error decoding YAML: the configuration is not an object');
  const { resource, version, namespace, name = '' } = target;
  const expected = versionOf(target);
  if (!document['apiVersion'] || !document['kind'])
    throw badRequest('invalid object type: apiVersion and kind must be set');
  if (document['apiVersion'] !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${String(document['apiVersion'])}, expected: ${expected}`,
    );
  }
  const metadata = isObject(document['metadata']) ? document['metadata'] : {};
  if (metadata['managedFields']) throw badRequest('metadata.managedFields must be nil');
  const [unknown] = prune(clone(document), version.schema);
  const fault =
    unknown === undefined ? scalarFault(document, version.schema) : `.${unknown}: field not declared in schema`;
  if (fault !== null && (unknown !== undefined || !resource.builtin)) {
    const where = `${namespace === undefined ? '' : namespace}/${name}; ${expected.includes('/') ? expected : `/${expected}`}, Kind=${resource.kind}`;
    throw new ApiError(500, '', `failed to create typed patch object (${where}): ${fault}`);
  }
  return document;
}

function applierOf(target: Target, config: JsonObject, { fieldManager }: WriteOptions): Manager {
  const { version, resource, subresource } = target;
  const all = fieldSetOf(config, rootSchema(version.schema));
  return {
    name: fieldManager,
    operation: 'Apply',
    apiVersion: versionOf(target),
    subresource,
    time: now(),
    set: strip(all, subresource, version.subresources.has('status'), resource.builtin),
  };
}

function applyTo(
  current: ApiObject,
  config: JsonObject,
  target: Target,
  force: boolean,
  options: WriteOptions,
): ApiObject {
  const schema = rootSchema(target.version.schema);
  const live = clone(encode(current, target)) as unknown as JsonObject;
  const applier = applierOf(target, config, options);
  const known = parseManagers(current.metadata.managedFields);
  const managers = known.length > 0 ? known : adopt(live, schema, target);
  const previous = managers.find((manager) => isSame(manager, applier));
  const others = managers.filter((manager) => manager !== previous);
  // A stale resourceVersion in the configuration is refused like that of an update.
  const merged = mergeTyped(live, config, schema);
  const wanted = previous ? pruneApplied(merged, previous.set, [...others, applier], schema) : merged;
  const next = decode(clone(wanted), target, { ...options, fieldValidation: 'Ignore' }, 'patch');
  // Compared with defaults filled in on both sides: a default is nobody's change.
  complete(next, target);
  const difference = changes(live, encode(next, target) as unknown as Json, target);
  const touched = difference.added.union(difference.modified);
  const conflicts = others
    .map((manager) => ({ manager, set: manager.set.intersection(touched) }))
    .filter(({ set }) => !set.isEmpty());
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  const unchanged =
    previous !== undefined && JSON.stringify(previous.set.toJson()) === JSON.stringify(applier.set.toJson());
  write(next, [...releaseAll(others, difference), unchanged ? { ...applier, time: previous.time } : applier]);
  return next;
}

function adopt(live: JsonObject, schema: Schema, target: Target): Manager[] {
  const { version, resource } = target;
  const set = strip(fieldSetOf(live, schema), '', version.subresources.has('status'), resource.builtin);
  return [
    { name: BEFORE_FIRST_APPLY, operation: 'Update', apiVersion: versionOf(target), subresource: '', time: now(), set },
  ];
}

/** Takes out what this manager applied last time and nobody applies or manages now. */
function pruneApplied(merged: Json, last: FieldSet, managers: readonly Manager[], schema: Schema): Json {
  const named = (set: FieldSet): FieldSet => ensureNamedFields(set, schema);
  const lastNamed = named(last);
  const pruned = removeItems(merged, lastNamed, schema);
  const managed = managers.reduce((all, { set }) => all.union(set), new FieldSet());
  const mergedSet = named(fieldSetOf(merged, schema));
  const kept = named(fieldSetOf(pruned, schema)).union(named(managed));
  const withOwned = removeItems(merged, mergedSet.difference(kept), schema);
  const ownedSet = named(fieldSetOf(withOwned, schema));
  return removeItems(merged, mergedSet.difference(ownedSet).intersection(lastNamed), schema);
}

function describe({ name, operation, apiVersion, subresource, time }: Manager): string {
  const who = `${JSON.stringify(name)}${subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === 'Apply' ? who : `${who} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`;
}

function applyConflict(conflicts: readonly { manager: Manager; set: FieldSet }[]): ApiError {
  const all = conflicts
    .map(({ manager, set }) => ({ who: describe(manager), paths: set.paths() }))
    .toSorted((a, b) => (a.who < b.who ? -1 : 1));
  const causes = all.flatMap(({ who, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
  );
  const lines = all.flatMap(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)]);
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${causes[0]?.message}: ${causes[0]?.field}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
  return new ApiError(409, 'Conflict', message, { causes });
}
