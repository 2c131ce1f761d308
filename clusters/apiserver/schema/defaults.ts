import { clone } from '../object.ts';
import { isObject } from './types.ts';
import type { Json, Schema } from './types.ts';

/**
 * Fills in the defaults of a structural schema, also inside what was defaulted; null counts as absent where it is not
 * nullable, unless it is kept.
 */
export function applyDefaults(value: Json | object, schema: Schema, keepsNulls = false): void {
  if (Array.isArray(value)) {
    for (const item of value as Json[]) if (schema.items) applyDefaults(item, schema.items, keepsNulls);
    return;
  }
  if (!isObject(value)) return;
  const properties = schema.properties ?? {};
  for (const key in properties) {
    const property = properties[key] as Schema;
    const isUnset = value[key] === undefined || (value[key] === null && property.nullable !== true);
    if (property.default !== undefined && isUnset) value[key] = clone(property.default);
    else if (value[key] === null && property.nullable !== true && !keepsNulls) delete value[key];
    const member = value[key];
    if (member !== undefined) applyDefaults(member, property, keepsNulls);
  }
  if (!isObject(schema.additionalProperties)) return;
  const shared = schema.additionalProperties as Schema;
  for (const key in value) {
    if (Object.hasOwn(properties, key)) continue;
    if (value[key] === null && shared.default !== undefined && shared.nullable !== true)
      value[key] = clone(shared.default);
    applyDefaults(value[key] as Json, shared, keepsNulls);
  }
}
