import { equal } from '../object.ts';
import { duplicate } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { isObject } from './types.ts';
import type { Json, JsonObject, Schema } from './types.ts';

/** The key members of an element of a `listType: map`. */
export function mapKey(item: Json, schema: Schema): JsonObject {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const properties = schema.items?.properties ?? {};
  const source = isObject(item) ? item : {};
  return Object.fromEntries(keys.map((key) => [key, source[key] ?? properties[key]?.default ?? null]));
}

/** The element of the old list that an element of the new one corresponds to; undefined where lists are atomic. */
export function correlate(item: Json, schema: Schema, old: Json | undefined): Json | undefined {
  if (!Array.isArray(old) || schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const key = mapKey(item, schema);
  return old.find((candidate) => equal(mapKey(candidate, schema), key));
}

/** Elements of sets and maps that occur twice. */
export function listTypeFaults(value: Json | undefined, schema: Schema, path: string): FieldError[] {
  const faults: FieldError[] = [];
  if (Array.isArray(value)) {
    const type = schema['x-kubernetes-list-type'];
    const seen: Json[] = [];
    value.forEach((item, i) => {
      const identity = type === 'map' ? mapKey(item, schema) : item;
      if ((type === 'map' || type === 'set') && seen.some((before) => equal(before, identity)))
        faults.push(duplicate(`${path}[${i}]`, identity));
      seen.push(identity);
      if (schema.items) faults.push(...listTypeFaults(item, schema.items, `${path}[${i}]`));
    });
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      const shared = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
      const property = schema.properties?.[key] ?? shared;
      if (property) faults.push(...listTypeFaults(member, property, path === '' ? key : `${path}.${key}`));
    }
  }
  return faults;
}
