import { now } from '../object.ts';
import type { ApiObject, ManagedField } from '../object.ts';
import { encode } from '../operations/decode.ts';
import type { Target, WriteOptions } from '../operations/target.ts';
import { versionOf } from '../resources/registry.ts';
import { resolve } from '../schema/definitions.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';
import { compare } from './compare.ts';
import type { Comparison } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { formatManagers, isSame, parseManagers, strip } from './managers.ts';
import type { Manager } from './managers.ts';
import { rootSchema } from './node-kind.ts';

/** managedFields of objects that somebody has emptied by hand: `[{}]`. */
const isReset = (entries: readonly Partial<ManagedField>[] | undefined): boolean =>
  entries?.length === 1 && Object.keys(entries[0] ?? {}).length === 0;

/** What a new object is compared with: a built-in kind's zero value has its structs, and nulls where fields are required. */
function zeroValue({ resource, version }: Target): JsonObject {
  if (!resource.builtin) return {};
  const zero: JsonObject = { metadata: {} };
  for (const key of ['spec', 'status']) {
    const property = version.schema.properties?.[key];
    if (!property) continue;
    const { required = [], properties = {} } = resolve(property);
    const lists = required.filter((name) => resolve(properties[name] as Schema).type === 'array');
    zero[key] = Object.fromEntries(lists.map((name) => [name, null]));
  }
  return zero;
}

/** Writes into `next` who manages what after a create, update or patch: the writer takes what it changed. */
export function trackUpdate(old: ApiObject | undefined, next: ApiObject, target: Target, options: WriteOptions): void {
  const sent = next.metadata.managedFields;
  const entries = sent && sent.length > 0 ? sent : old?.metadata.managedFields;
  const managers = isReset(sent) ? [] : parseManagers(entries);
  const before = old ? (encode(old, target) as unknown as Json) : zeroValue(target);
  const difference = changes(before, encode(next, target) as unknown as Json, target);
  const self = {
    name: options.fieldManager,
    operation: 'Update' as const,
    apiVersion: versionOf(target),
    subresource: target.subresource,
  };
  const others = managers.filter((manager) => !isSame(manager, self));
  const own = managers.find((manager) => isSame(manager, self));
  const set = (own?.set ?? new FieldSet())
    .difference(difference.removed)
    .union(difference.modified)
    .union(difference.added);
  const isWriter = !difference.added.isEmpty() || !difference.modified.isEmpty() || !difference.removed.isEmpty();
  const mine = { ...self, set, time: isWriter ? now() : own?.time };
  write(next, [...releaseAll(others, difference), mine]);
}

/** The differences that matter to managers: without identity and what the subresource cannot write. */
export function changes(before: Json, after: Json, { resource, version, subresource }: Target): Comparison {
  const result = compare(before, after, rootSchema(version.schema));
  const trim = (set: FieldSet): FieldSet =>
    strip(set, subresource, version.subresources.has('status'), resource.builtin);
  return { added: trim(result.added), modified: trim(result.modified), removed: trim(result.removed) };
}

/** Others lose what was changed under them, and what is no longer there. */
export function releaseAll(others: readonly Manager[], { added, modified, removed }: Comparison): Manager[] {
  const lost = added.union(modified).union(removed);
  return others.map((manager) => ({ ...manager, set: manager.set.difference(lost) }));
}

export function write(object: ApiObject, managers: readonly Manager[]): void {
  const entries = formatManagers(managers);
  if (entries) object.metadata.managedFields = entries;
  else delete object.metadata.managedFields;
}
