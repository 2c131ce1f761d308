import { clone } from '../object.ts';
import { resolve } from '../schema/definitions.ts';
import { isObject } from '../schema/types.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';
import { badRequest } from '../status/api-error.ts';
import { reorder } from './element-order.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_PRIMITIVE = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/**
 * Strategic merge patch (k8s.io/apimachinery/pkg/util/strategicpatch): a merge patch in which the schema says which lists
 * merge by key. Does not change its arguments; throws a 400.
 */
export function strategicMerge(target: Json | undefined, patch: Json, schema: Schema): Json {
  if (!isObject(patch)) throw badRequest('error decoding patch: a strategic merge patch must be an object');
  return mergeMap(isObject(target) ? target : {}, patch, schema) ?? {};
}

/** Undefined: the patch deletes the whole map. */
function mergeMap(original: JsonObject, patch: JsonObject, reference: Schema): JsonObject | undefined {
  const schema = resolve(reference);
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch) as JsonObject;
  if (directive === 'delete') return undefined;
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`unknown patch type found: ${JSON.stringify(directive)}`);
  const result = retain(original, patch[RETAIN_KEYS]);
  for (const key of Object.keys(patch)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(ELEMENT_ORDER)) continue;
    if (key.startsWith(DELETE_PRIMITIVE)) {
      deletePrimitives(result, key.slice(DELETE_PRIMITIVE.length), patch[key]);
      continue;
    }
    mergeMember(result, key, patch[key] as Json, memberSchema(schema, key), patch[ELEMENT_ORDER + key]);
  }
  for (const key of Object.keys(patch)) {
    const field = key.startsWith(ELEMENT_ORDER) ? key.slice(ELEMENT_ORDER.length) : undefined;
    const list = field === undefined ? undefined : result[field];
    if (field === undefined || !Array.isArray(list) || patch[field] !== undefined) continue;
    result[field] = reorder(list, patch[key], memberSchema(schema, field)['x-kubernetes-patch-merge-key'], []);
  }
  return result;
}

const memberSchema = (schema: Schema, key: string): Schema => {
  const known = schema.properties?.[key];
  if (known) return known;
  return isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : {};
};

function retain(original: JsonObject, keys: Json | undefined): JsonObject {
  if (!Array.isArray(keys)) return { ...original };
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function deletePrimitives(result: JsonObject, field: string, values: Json | undefined): void {
  const list = result[field];
  if (Array.isArray(list) && Array.isArray(values)) result[field] = list.filter((item) => !values.includes(item));
}

function mergeMember(result: JsonObject, key: string, value: Json, schema: Schema, order: Json | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const present = result[key];
  if (isObject(value)) {
    const merged = mergeMap(isObject(present) ? present : {}, value, schema);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  } else if (Array.isArray(value)) result[key] = mergeList(Array.isArray(present) ? present : [], value, schema, order);
  else result[key] = value;
}

function mergeList(original: readonly Json[], patch: readonly Json[], schema: Schema, order: Json | undefined): Json[] {
  const strategy = (schema['x-kubernetes-patch-strategy'] ?? '').split(',');
  if (!strategy.includes('merge')) return patch.filter((item) => !isDirective(item)).map(withoutDirectives);
  const mergeKey = schema['x-kubernetes-patch-merge-key'];
  if (mergeKey === undefined) {
    const merged = [...original, ...patch.filter((item) => !original.includes(item))];
    return order === undefined ? merged : reorder(merged, order, undefined, original);
  }
  if (patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace'))
    return patch.filter((item) => !isDirective(item)).map(withoutDirectives);
  const result = [...original];
  for (const item of patch) {
    if (!isObject(item))
      throw badRequest(`error decoding patch: an element of a list merged by ${mergeKey} is no object`);
    const key = item[mergeKey];
    if (key === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const at = result.findIndex((candidate) => isObject(candidate) && candidate[mergeKey] === key);
    if (item[DIRECTIVE] === 'delete') {
      if (at >= 0) result.splice(at, 1);
      continue;
    }
    const merged = mergeMap(at < 0 ? {} : (result[at] as JsonObject), item, schema.items ?? {}) as JsonObject;
    if (at < 0) result.push(merged);
    else result[at] = merged;
  }
  return order === undefined ? result : reorder(result, order, mergeKey, original);
}

const isDirective = (item: Json): boolean =>
  isObject(item) && item[DIRECTIVE] === 'replace' && Object.keys(item).length === 1;

function withoutDirectives(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isObject(value)) return clone(value);
  const kept = Object.entries(value).filter(
    ([key, member]) =>
      member !== null &&
      key !== DIRECTIVE &&
      key !== RETAIN_KEYS &&
      !key.startsWith(ELEMENT_ORDER) &&
      !key.startsWith(DELETE_PRIMITIVE),
  );
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDirectives(member)]));
}
