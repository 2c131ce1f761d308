import { goQuote } from '../status/go-format.ts';
import { resolve } from './definitions.ts';
import { isObject } from './types.ts';
import type { Json, Schema } from './types.ts';

const expected: Readonly<Record<string, { readonly text: string; readonly holds: (value: Json) => boolean }>> = {
  string: { text: 'string', holds: (value) => typeof value === 'string' },
  boolean: { text: 'boolean', holds: (value) => typeof value === 'boolean' },
  integer: { text: 'numeric (int or float)', holds: (value) => typeof value === 'number' },
  number: { text: 'numeric (int or float)', holds: (value) => typeof value === 'number' },
};

/**
 * The first scalar of an applied configuration that is not of its type, in the words of structured-merge-diff
 * (typed/validate.go); null where all are. Types of the schema that are no scalars are left to its validation.
 */
export function scalarFault(value: Json, reference: Schema, path = ''): string | null {
  const schema = resolve(reference);
  if (value === null || schema['x-kubernetes-int-or-string'] === true) return null;
  if (Array.isArray(value)) return first(value, (item, at) => inside(item, schema.items, `${path}[${at}]`));
  if (isObject(value))
    return first(Object.entries(value), ([key, member]) => {
      const { properties, additionalProperties } = schema;
      const known = properties && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
      return inside(member, known, `${path}.${key}`);
    });
  const wanted = expected[schema.type ?? ''];
  if (wanted === undefined || wanted.holds(value)) return null;
  const shown = typeof value === 'string' ? goQuote(value) : String(value);
  return `${path}: expected ${wanted.text}, got &value.valueUnstructured{Value:${shown}}`;
}

const inside = (value: Json, schema: unknown, path: string): string | null =>
  isObject(schema as Json) ? scalarFault(value, schema as Schema, path) : null;

function first<T>(list: readonly T[], faultOf: (item: T, at: number) => string | null): string | null {
  for (const [at, item] of list.entries()) {
    const fault = faultOf(item, at);
    if (fault !== null) return fault;
  }
  return null;
}
