import { resolve } from './definitions.ts';
import { goQuote } from '../status/go-format.ts';
import { isObject } from './types.ts';
import type { Json, JsonObject, Schema } from './types.ts';

const quantity = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Brings a value into the form that the Go type of a built-in has after decoding: null, empty lists, maps and optional
 * strings are absent. Returns the first type fault, in the words of Go's decoder; null when there is none.
 */
export function decodeGoTypes(object: JsonObject, schema: Schema, kind: string): string | null {
  try {
    struct(object, resolve(schema), kind, '');
    return null;
  } catch (error) {
    if (error instanceof TypeFault) return error.message;
    throw error;
  }
}

class TypeFault extends Error {}

const kindOf = (value: Json): string =>
  Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value === 'boolean' ? 'bool' : typeof value;

function goType(schema: Schema): string {
  if (schema.$ref) return `v1.${schema.$ref.split('.').at(-1)}`;
  if (schema.type === 'array') return `[]${schema.items ? goType(schema.items) : 'interface {}'}`;
  if (schema.type === 'object')
    return isObject(schema.additionalProperties)
      ? `map[string]${goType(schema.additionalProperties as Schema)}`
      : 'map[string]interface {}';
  if (schema.type === 'integer') return schema.format || 'int32';
  if (schema.type === 'boolean') return 'bool';
  return schema.type === 'number' ? 'float64' : 'string';
}

function fail(value: Json, schema: Schema, owner: string, path: string): never {
  throw new TypeFault(
    `json: cannot unmarshal ${kindOf(value)} into Go struct field ${owner}.${path} of type ${goType(schema)}`,
  );
}

function struct(value: JsonObject, schema: Schema, owner: string, path: string): void {
  const needed = new Set(schema.required);
  for (const key of Object.keys(value)) {
    const property = schema.properties?.[key];
    const member = value[key];
    if (!property) continue;
    if (member === null || member === undefined) {
      delete value[key];
      continue;
    }
    value[key] = convert(member, property, owner, path === '' ? key : `${path}.${key}`);
    if (!needed.has(key) && isEmpty(value[key], resolve(property))) delete value[key];
  }
}

/** What `omitempty` leaves out: only lists, maps and strings; pointers and structs stay. */
function isEmpty(value: Json | undefined, schema: Schema): boolean {
  if (value === '') return schema.type === 'string';
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && schema.additionalProperties !== undefined && Object.keys(value).length === 0;
}

function convert(value: Json, reference: Schema, owner: string, path: string): Json {
  const schema = resolve(reference);
  if (schema.format === 'quantity') return quantityOf(value, reference, owner, path);
  if (schema['x-kubernetes-int-or-string']) {
    if (typeof value !== 'number' && typeof value !== 'string') fail(value, { type: 'string' }, owner, path);
    return value;
  }
  switch (schema.type) {
    case 'array':
      if (!Array.isArray(value)) fail(value, reference, owner, path);
      return schema.items
        ? value.map((item) => (item === null ? item : convert(item, schema.items as Schema, owner, path)))
        : value;
    case 'object': {
      if (!isObject(value)) fail(value, reference, owner, path);
      if (schema.properties) struct(value, schema, reference.$ref?.split('.').at(-1) ?? owner, path);
      else if (isObject(schema.additionalProperties)) map(value, schema.additionalProperties as Schema, owner, path);
      return value;
    }
    case 'integer':
      if (typeof value !== 'number') fail(value, reference, owner, path);
      if (!Number.isInteger(value))
        throw new TypeFault(
          `json: cannot unmarshal number ${value} into Go struct field ${owner}.${path} of type ${goType(reference)}`,
        );
      return value;
    case 'number':
      return typeof value === 'number' ? value : fail(value, reference, owner, path);
    case 'boolean':
      return typeof value === 'boolean' ? value : fail(value, reference, owner, path);
    case 'string':
      if (typeof value !== 'string') fail(value, reference, owner, path);
      if (schema.format === 'date-time' && !rfc3339.test(value)) {
        throw new TypeFault(
          `parsing time ${goQuote(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${goQuote(value)} as "2006"`,
        );
      }
      if (schema.format === 'byte' && !/^[A-Za-z0-9+/\r\n]*={0,2}$/.test(value))
        throw new TypeFault('illegal base64 data at input byte 0');
      return value;
    default:
      return value;
  }
}

function map(value: JsonObject, schema: Schema, owner: string, path: string): void {
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null;
    if (member !== null) value[key] = convert(member, schema, owner, path);
    else if (schema.type === 'string') value[key] = '';
    else delete value[key];
  }
}

function quantityOf(value: Json, schema: Schema, owner: string, path: string): Json {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') fail(value, schema, owner, path);
  if (!quantity.test(text))
    throw new TypeFault("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
  return text;
}
