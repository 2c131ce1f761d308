import { clone } from '../object.ts';
import { isObject } from '../schema/types.ts';
import type { Json } from '../schema/types.ts';

/** JSON merge patch, RFC 7386. Does not change its arguments. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return clone(patch);
  const result: { [key: string]: Json } = isObject(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key] as Json;
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
