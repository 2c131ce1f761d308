import { equal } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { goQuote } from '../status/go-format.ts';
import { combinatorFaults } from './combinators.ts';
import { hasFormat, isKnownFormat } from './formats.ts';
import { correlate, listTypeFaults } from './list-type.ts';
import { goRegExp } from './regexp.ts';
import { isObject } from './types.ts';
import type { Json, Result, Schema } from './types.ts';

/**
 * Validates a custom resource against its schema, with the paths and texts of a real API server
 * (k8s.io/kube-openapi/pkg/validation). `old`: what an update leaves as it was is not reported again.
 */
export function validateStructural(object: ApiObject, schema: Schema, old?: ApiObject): FieldError[] {
  const value = object as unknown as Json;
  const { faults } = validate(value, schema, '', old as unknown as Json | undefined);
  return [...faults, ...listTypeFaults(value, schema, '')];
}

function validate(value: Json, schema: Schema, path: string, old?: Json): Result {
  const result: Result = { faults: [], matches: 0 };
  if (old !== undefined && equal(value, old)) return result;
  const merge = ({ faults, matches }: Result): void => {
    result.faults.push(...faults);
    result.matches += matches + 1;
  };
  if (hasType(schema)) merge(typeFaults(value, schema, path));
  if (value === null) {
    if (schema.enum) merge(enumFaults(value, schema, path));
    return result;
  }
  merge(combinatorFaults(schema, path, (alternative) => validate(value, alternative, path, old)));
  if (typeof value === 'string') {
    merge(stringFaults(value, schema, path));
    if (schema.format) merge(formatFaults(value, schema.format, path));
  } else if (typeof value === 'number') merge(numberFaults(value, schema, path));
  else if (Array.isArray(value)) merge(arrayFaults(value, schema, path, old));
  if (schema.enum) merge(enumFaults(value, schema, path));
  if (isObject(value)) merge(objectFaults(value, schema, path, old));
  result.matches += 1;
  return result;
}

const ok = (): Result => ({ faults: [], matches: 1 });
const failed = (...faults: FieldError[]): Result => ({ faults, matches: 0 });

/** "x in body", or just "x" at the root. */
const inBody = (path: string): string => `${path} in body`;

const hasType = (schema: Schema): boolean =>
  typesOf(schema).length > 0 || (schema.format !== undefined && isKnownFormat(schema.format));

const jsonType = (value: Json): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

/** As in kube-openapi, a format is part of the type: a number never has a format of texts, and a text that has one passes here. */
function typeFaults(value: Json, schema: Schema, path: string): Result {
  const wanted = typesOf(schema);
  const actual = jsonType(value);
  const fault = (type: string, given: string): Result =>
    failed(typeInvalid(path, given, `${inBody(path)} must be of type ${type}: ${goQuote(given)}`));
  if (value === null) return wanted.length === 0 || schema.nullable ? ok() : fault(wanted.join(','), actual);
  const matches = wanted.includes(actual) || (actual === 'integer' && wanted.includes('number'));
  const format = schema.format !== undefined && isKnownFormat(schema.format) ? schema.format : undefined;
  const isText = typeof value === 'string' || Array.isArray(value);
  if (format !== undefined && !matches && !isText) return fault(format, goFormats[actual] ?? '');
  if (format !== undefined && isText && !wanted.includes('integer') && !wanted.includes('number')) return ok();
  return matches ? ok() : fault(wanted.join(','), actual);
}

const goFormats: Readonly<Record<string, string>> = { integer: 'int64', number: 'double' };

const typesOf = (schema: Schema): string[] => {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string'];
  return schema.type ? [schema.type] : [];
};

function stringFaults(value: string, { minLength, maxLength, pattern }: Schema, path: string): Result {
  const { length } = Array.from(value); // code points, as Go counts runes
  if (maxLength !== undefined && length > maxLength) return failed(tooLong(path, maxLength));
  if (minLength !== undefined && length < minLength)
    return failed(invalid(path, value, `${inBody(path)} should be at least ${minLength} chars long`));
  if (pattern && !goRegExp(pattern).test(value))
    return failed(invalid(path, value, `${inBody(path)} should match '${pattern}'`));
  return ok();
}

function formatFaults(value: string, format: string, path: string): Result {
  return hasFormat(format, value)
    ? ok()
    : failed(typeInvalid(path, value, `${inBody(path)} must be of type ${format}: ${goQuote(value)}`));
}

function numberFaults(value: number, schema: Schema, path: string): Result {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const fault = (text: string): FieldError => invalid(path, value, `${inBody(path)} should be ${text}`);
  const faults: FieldError[] = [];
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    faults.push(fault(`a multiple of ${multipleOf}`));
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    faults.push(fault(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`));
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    faults.push(fault(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`));
  return faults.length === 0 ? ok() : { faults, matches: 0 };
}

function arrayFaults(value: readonly Json[], schema: Schema, path: string, old: Json | undefined): Result {
  const { items, minItems, maxItems, uniqueItems } = schema;
  const result = ok();
  if (items) {
    value.forEach((item, i) => {
      const { faults, matches } = validate(item, items, `${path}[${i}]`, correlate(item, schema, old));
      result.faults.push(...faults);
      result.matches += matches;
    });
  }
  if (minItems !== undefined && value.length < minItems)
    result.faults.push(invalid(path, value.length, `${inBody(path)} should have at least ${minItems} items`));
  if (maxItems !== undefined && value.length > maxItems) result.faults.push(tooMany(path, value.length, maxItems));
  if (uniqueItems && value.some((item, i) => value.slice(0, i).some((before) => equal(item, before)))) {
    result.faults.push(invalid(path, '', `${inBody(path)} shouldn't contain duplicates`));
  }
  return result;
}

function enumFaults(value: Json, { enum: allowed = [] }: Schema, path: string): Result {
  if (allowed.some((one) => equal(one, value))) return ok();
  const texts = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return failed(notSupported(path, value, texts));
}

function objectFaults(value: { [key: string]: Json }, schema: Schema, path: string, old: Json | undefined): Result {
  const { properties = {}, additionalProperties, required: needed = [], minProperties, maxProperties } = schema;
  const result: Result = { faults: [], matches: 0 };
  const keys = Object.keys(value);
  const before = isObject(old) ? old : undefined;
  if (minProperties !== undefined && keys.length < minProperties)
    result.faults.push(invalid(path, keys.length, `${inBody(path)} should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && keys.length > maxProperties)
    result.faults.push(tooMany(path, keys.length, maxProperties));
  const check = (key: string, member: Schema): void => {
    const { faults, matches } = validate(
      value[key] as Json,
      member,
      path === '' ? key : `${path}.${key}`,
      before?.[key],
    );
    result.faults.push(...faults);
    result.matches += matches;
  };
  for (const key of keys) {
    if (Object.hasOwn(properties, key)) continue;
    if (additionalProperties === false)
      result.faults.push(invalid(path, key, `${path}.${key} in body is a forbidden property`));
    else if (isObject(additionalProperties)) check(key, additionalProperties as Schema);
  }
  for (const [key, member] of Object.entries(properties)) if (value[key] !== undefined) check(key, member);
  for (const key of needed)
    if (value[key] === undefined) result.faults.push(required(path === '' ? key : `${path}.${key}`));
  return result;
}
