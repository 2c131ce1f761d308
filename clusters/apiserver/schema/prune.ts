import { objectMetaSchema, resolve } from './definitions.ts';
import { isObject } from './types.ts';
import type { Json, JsonObject, Schema } from './types.ts';

/**
 * Removes the fields that a schema does not know, and returns their paths (`spec.containers[0].foo`).
 * `root`: apiVersion, kind and metadata are known although a custom resource's schema need not say so.
 */
export function prune(value: Json, schema: Schema, root = true): string[] {
  const unknown: string[] = [];
  walk(value, schema, '', root, unknown);
  return unknown;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function walk(value: Json | undefined, reference: Schema, path: string, embedded: boolean, unknown: string[]): void {
  if (typeof value !== 'object' || value === null) return;
  const schema = resolve(reference);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, i) => walk(item, items, `${path}[${i}]`, false, unknown));
    return;
  }
  members(value, schema, path, embedded || schema['x-kubernetes-embedded-resource'] === true, unknown);
}

function members(value: JsonObject, schema: Schema, path: string, embedded: boolean, unknown: string[]): void {
  const { properties, additionalProperties } = schema;
  const preserve =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true;
  for (const key of Object.keys(value)) {
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (embedded && key === 'metadata') walk(value[key], objectMetaSchema, join(path, key), false, unknown);
    else if (embedded && (key === 'apiVersion' || key === 'kind')) continue;
    else if (known) walk(value[key], known, join(path, key), false, unknown);
    else if (isObject(additionalProperties)) walk(value[key], additionalProperties, join(path, key), false, unknown);
    else if (additionalProperties !== true && !preserve) {
      delete value[key];
      unknown.push(join(path, key));
    }
  }
}
