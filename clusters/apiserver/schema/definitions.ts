import { readFileSync } from 'node:fs';
import type { Schema } from './types.ts';

interface Generated {
  /** `apps/v1/DaemonSet` to the name of its definition. */
  readonly roots: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Schema & { 'x-model'?: string }>>;
}

/** The structure of the built-in types (see generate.ts); descriptions are not part of it. */
export const builtin = JSON.parse(
  readFileSync(new URL('builtin.generated.json', import.meta.url), 'utf8'),
) as Generated;

/** Follows a reference into the built-in definitions; markers beside the reference win. */
export function resolve(schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  let found = resolved.get(schema);
  if (!found) {
    const { $ref, ...beside } = schema;
    found = { ...builtin.definitions[$ref], ...beside };
    resolved.set(schema, found);
  }
  return found;
}

const resolved = new WeakMap<Schema, Schema>();

/** The schema of a built-in kind, e.g. `v1`, `Pod`. */
export function builtinSchema(groupVersion: string, kind: string): Schema {
  const name = builtin.roots[`${groupVersion}/${kind}`];
  const schema = name === undefined ? undefined : builtin.definitions[name];
  if (!schema)
    throw new Error(`no generated schema for ${groupVersion} ${kind}; add it to root-types.ts and run generate.ts`);
  return schema;
}

export const objectMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
export const objectMetaSchema: Schema = resolve({ $ref: objectMetaName });
