import { objectMetaName, resolve } from '../schema/definitions.ts';
import { mapKey } from '../schema/list-type.ts';
import { isObject } from '../schema/types.ts';
import type { Json, JsonObject, Schema } from '../schema/types.ts';

/** How a value merges: member by member, by the keys of its elements, or as a whole. */
export type NodeKind = 'map' | 'list' | 'leaf';

const unknown: Schema = {};

/** What the schema, or where it says nothing the value itself, makes of a value. */
export function nodeKind(value: Json | undefined, schema: Schema): NodeKind {
  if (isObject(value)) return schema['x-kubernetes-map-type'] === 'atomic' ? 'leaf' : 'map';
  if (!Array.isArray(value)) return 'leaf';
  const type = schema['x-kubernetes-list-type'];
  return type === 'map' || type === 'set' ? 'list' : 'leaf';
}

export const isField = (schema: Schema, key: string): boolean =>
  schema.properties !== undefined && Object.hasOwn(schema.properties, key);

export function memberSchema(schema: Schema, key: string): Schema {
  const property = isField(schema, key) ? schema.properties?.[key] : undefined;
  if (property) return resolve(property);
  return isObject(schema.additionalProperties) ? resolve(schema.additionalProperties as Schema) : unknown;
}

export const itemSchema = (schema: Schema): Schema => (schema.items ? resolve(schema.items) : unknown);

/** `f:name` */
export const fieldElement = (key: string): string => `f:${key}`;

/** `k:{"name":"c"}` or `v:"x"` */
export function itemElement(item: Json, schema: Schema): string {
  if (schema['x-kubernetes-list-type'] !== 'map') return `v:${JSON.stringify(item)}`;
  const resolved = schema.items ? { ...schema, items: resolve(schema.items) } : schema;
  const key = mapKey(item, resolved);
  const sorted: JsonObject = {};
  for (const name of Object.keys(key).toSorted()) if (key[name] !== null) sorted[name] = key[name] as Json;
  return `k:${JSON.stringify(sorted)}`;
}

const roots = new WeakMap<Schema, Schema>();

/** The schema of a whole object: what every object has is part of it. */
export function rootSchema(schema: Schema): Schema {
  let root = roots.get(schema);
  if (!root) {
    const text = { type: 'string' };
    root = {
      ...schema,
      properties: { ...schema.properties, apiVersion: text, kind: text, metadata: { $ref: objectMetaName } },
    };
    roots.set(schema, root);
  }
  return root;
}
