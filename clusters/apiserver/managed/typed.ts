import { isObject } from '../schema/types.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';
import { index } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, isField, itemElement, itemSchema, memberSchema, nodeKind } from './node-kind.ts';

/** The paths that a configuration sets (structured-merge-diff, toSetWalker). */
export function fieldSetOf(value: Json, schema: Schema): FieldSet {
  const members: string[] = [];
  const children: [string, FieldSet][] = [];
  const isMap = isObject(value);
  for (const [element, [child, childSchema]] of index(value, schema)) {
    const kind = nodeKind(child, childSchema);
    const bare = child === null || (typeof child === 'object' && Object.keys(child).length === 0);
    if (kind === 'leaf' || bare) members.push(element);
    else {
      // Elements of lists, and of maps whose keys users choose, are owned as such.
      if (!isMap || !isField(schema, element.slice(2))) members.push(element);
      children.push([element, fieldSetOf(child, childSchema)]);
    }
  }
  return new FieldSet(members, children);
}

/** Named fields that have owned parts count as owned themselves: what is empty then can be pruned. */
export function ensureNamedFields(set: FieldSet, schema: Schema): FieldSet {
  const members = new Set(set.members);
  const children: [string, FieldSet][] = [];
  for (const [element, child] of set.children) {
    if (element.startsWith('f:') && isField(schema, element.slice(2))) members.add(element);
    const below = element.startsWith('f:') ? memberSchema(schema, element.slice(2)) : itemSchema(schema);
    children.push([element, ensureNamedFields(child, below)]);
  }
  return new FieldSet(members, children);
}

/** A configuration laid over an object: what it does not mention stays. Does not change its arguments. */
export function mergeTyped(live: Json | undefined, config: Json, schema: Schema): Json {
  const kind = nodeKind(config, schema);
  if (live === undefined || live === null || kind === 'leaf' || nodeKind(live, schema) !== kind) return config;
  if (isObject(config) && isObject(live)) {
    const result: JsonObject = { ...live };
    for (const [key, member] of Object.entries(config))
      result[key] = mergeTyped(live[key], member, memberSchema(schema, key));
    return result;
  }
  return mergeLists(live as Json[], config as Json[], schema);
}

/** In the configuration's order; what only the object has stays in front of what it was in front of. */
function mergeLists(live: readonly Json[], config: readonly Json[], schema: Schema): Json[] {
  const wanted = new Set(config.map((item) => itemElement(item, schema)));
  const result: Json[] = [];
  let next = 0;
  const keepUpTo = (end: number): void => {
    for (; next < end; next += 1) {
      const item = live[next] as Json;
      if (!wanted.has(itemElement(item, schema))) result.push(item);
    }
  };
  for (const item of config) {
    const element = itemElement(item, schema);
    const position = live.findIndex((other) => itemElement(other, schema) === element);
    if (position >= 0) keepUpTo(position);
    result.push(position < 0 ? item : mergeTyped(live[position], item, itemSchema(schema)));
  }
  keepUpTo(live.length);
  return result;
}

/** An object without the members of a set. Does not change its arguments. */
export function removeItems(value: Json, set: FieldSet, schema: Schema): Json {
  if (set.isEmpty() || nodeKind(value, schema) === 'leaf') return value;
  if (isObject(value)) {
    const result: JsonObject = {};
    for (const [key, member] of Object.entries(value)) {
      const element = fieldElement(key);
      if (set.members.has(element)) continue;
      const below = set.children.get(element);
      result[key] = below ? removeItems(member, below, memberSchema(schema, key)) : member;
    }
    return result;
  }
  return (value as Json[]).flatMap((item) => {
    const element = itemElement(item, schema);
    if (set.members.has(element)) return [];
    const below = set.children.get(element);
    return [below ? removeItems(item, below, itemSchema(schema)) : item];
  });
}
