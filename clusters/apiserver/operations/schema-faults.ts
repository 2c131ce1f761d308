import type { ApiObject } from '../object.ts';
import { validateStructural } from '../schema/structural.ts';
import { celFaults, hasRules } from '../schema/cel.ts';
import { invalid } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Target } from './target.ts';

/**
 * What a custom resource's schema finds wrong, besides what is wrong with its metadata, `others`. Built-in types are
 * checked by their strategies.
 */
export function schemaFaults(
  { resource, version }: Target,
  object: ApiObject,
  others: readonly FieldError[],
  old?: ApiObject,
): FieldError[] {
  if (resource.builtin) return [...others];
  const faults = [...others, ...validateStructural(object, version.schema, old)];
  if (!hasRules(version.schema)) return faults;
  // As in the real server, rules are not evaluated on what has not even the right shape.
  return faults.some(({ reason }) => blocking.has(reason))
    ? [...faults, notChecked]
    : [...faults, ...celFaults(object, version.schema, old)];
}

/** apiextensions-apiserver, pkg/registry/customresource/strategy.go: hasBlockingErr. */
const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const notChecked = invalid(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);
