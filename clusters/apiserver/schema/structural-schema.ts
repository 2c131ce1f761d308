import { forbidden, invalid, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { compileRule } from './cel-environment.ts';
import { goRegExp } from './regexp.ts';
import { isObject } from './types.ts';
import type { Schema } from './types.ts';

/** Whether a schema is structural (apiextensions v1): every field is typed, combinations only narrow it down. */
export function structuralSchemaFaults(schema: Schema, path: string): FieldError[] {
  const faults = level(schema, path, true);
  if (schema.type !== 'object' && schema.type)
    faults.push(invalid(`${path}.type`, schema.type, 'must be object at the root'));
  return faults;
}

function level(schema: Schema, path: string, root = false): FieldError[] {
  const faults: FieldError[] = [];
  const untyped = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (!schema.type && (root || !untyped)) {
    faults.push(
      required(
        `${path}.type`,
        root ? 'must not be empty at the root' : 'must not be empty for specified object fields',
      ),
    );
  }
  if (schema.type && schema['x-kubernetes-int-or-string'])
    faults.push(invalid(`${path}.type`, schema.type, 'must be empty if x-kubernetes-int-or-string is true'));
  const asSchema = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
  if (schema.properties && asSchema)
    faults.push(forbidden(`${path}.additionalProperties`, 'must not be used with properties'));
  if (schema.additionalProperties === false)
    faults.push(forbidden(`${path}.additionalProperties`, 'must not be false'));
  if (schema.type === 'array' && !schema.items) faults.push(required(`${path}.items`, 'must be specified'));
  if (schema.uniqueItems)
    faults.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (schema.$ref !== undefined) faults.push(forbidden(`${path}.$ref`, '$ref is not supported'));
  if (schema['x-kubernetes-list-type'] === 'map' && (schema['x-kubernetes-list-map-keys'] ?? []).length === 0) {
    faults.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  faults.push(...expressionFaults(schema, path));
  for (const [key, member] of Object.entries(schema.properties ?? {}))
    faults.push(...level(member, `${path}.properties[${key}]`));
  if (schema.items) faults.push(...level(schema.items, `${path}.items`));
  if (asSchema) faults.push(...level(asSchema, `${path}.additionalProperties`));
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const)
    schema[key]?.forEach((one, i) => faults.push(...narrowing(one, `${path}.${key}[${i}]`)));
  if (schema.not) faults.push(...narrowing(schema.not, `${path}.not`));
  return faults;
}

/** Inside a combination nothing new may be declared. */
function narrowing(schema: Schema, path: string): FieldError[] {
  const faults: FieldError[] = [];
  for (const key of ['type', 'description', 'default', 'nullable', 'additionalProperties'] as const) {
    // The one exception: the two types of an int-or-string.
    if (schema[key] !== undefined && !(key === 'type' && ['integer', 'string'].includes(String(schema.type)))) {
      faults.push(
        forbidden(
          `${path}.${key}`,
          `must be ${key === 'type' || key === 'description' ? 'empty' : 'undefined'} to be structural`,
        ),
      );
    }
  }
  for (const [key, member] of Object.entries(schema.properties ?? {}))
    faults.push(...narrowing(member, `${path}.properties[${key}]`));
  if (schema.items) faults.push(...narrowing(schema.items, `${path}.items`));
  return faults;
}

function expressionFaults(schema: Schema, path: string): FieldError[] {
  const faults: FieldError[] = [];
  if (schema.pattern) {
    try {
      goRegExp(schema.pattern);
    } catch (error) {
      faults.push(
        invalid(
          `${path}.pattern`,
          schema.pattern,
          `must be a valid regular expression, but isn't: ${(error as Error).message}`,
        ),
      );
    }
  }
  schema['x-kubernetes-validations']?.forEach(({ rule }, i) => {
    const compiled = compileRule(rule);
    if ('error' in compiled)
      faults.push(
        invalid(`${path}.x-kubernetes-validations[${i}].rule`, rule, `compilation failed: ${compiled.error}`),
      );
  });
  return faults;
}
