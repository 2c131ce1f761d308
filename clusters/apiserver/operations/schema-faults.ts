import type { ApiObject } from '../object.ts';
import { validateStructural } from '../schema/structural.ts';
import { celFaults } from '../schema/cel.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Target } from './target.ts';

/** What a custom resource's schema finds wrong. Built-in types are checked by their strategies. */
export function schemaFaults({ resource, version }: Target, object: ApiObject, old?: ApiObject): FieldError[] {
  if (resource.builtin) return [];
  const faults = validateStructural(object, version.schema, old);
  // As in the real server, rules are not evaluated on what has not even the right shape.
  return faults.length > 0 ? faults : celFaults(object, version.schema, old);
}
