import { isObject } from './types.ts';
import type { Json, Schema } from './types.ts';

/** CEL's own words: a field of that name is reached as `__name__`. */
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** How a property is named in expressions (apiextensions v1, `x-kubernetes-validations`). */
function escapeProperty(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** A JSON value as CEL sees it through its schema: whole numbers are ints, times are timestamps. */
export function celValue(value: Json, schema: Schema): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema.items ?? {}));
  if (isObject(value)) {
    const shared = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : {};
    const members = Object.entries(value).map(([key, member]) => {
      const property = schema.properties?.[key];
      return [property ? escapeProperty(key) : key, celValue(member, property ?? shared)] as const;
    });
    return Object.fromEntries(members);
  }
  if (typeof value === 'number') return schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value === 'string' && (schema.format === 'date-time' || schema.format === 'date')) return new Date(value);
  return value;
}
