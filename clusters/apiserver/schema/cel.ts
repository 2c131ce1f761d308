import type { ApiObject } from '../object.ts';
import { duplicate, forbidden, invalid, required } from '../status/field-error.ts';
import type { FieldError } from '../status/field-error.ts';
import { compileRule } from './cel-environment.ts';
import { celValue } from './cel-value.ts';
import { correlate } from './list-type.ts';
import { isObject } from './types.ts';
import type { Json, Schema, ValidationRule } from './types.ts';

const RULES = 'x-kubernetes-validations';
const ruled = new WeakMap<Schema, boolean>();

/** Whether a schema has rules anywhere: without them the evaluator is not even loaded. */
export function hasRules(schema: Schema): boolean {
  let found = ruled.get(schema);
  if (found === undefined) {
    const children = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
    found = (schema[RULES]?.length ?? 0) > 0 || children.some((child) => isObject(child) && hasRules(child as Schema));
    ruled.set(schema, found);
  }
  return found;
}

/** Evaluates the `x-kubernetes-validations` of a schema. Rules that speak of `oldSelf` hold for updates only. */
export function celFaults(object: ApiObject, schema: Schema, old?: ApiObject): FieldError[] {
  const faults: FieldError[] = [];
  visit(object as unknown as Json, schema, '', old as unknown as Json | undefined, faults);
  return faults;
}

function visit(
  value: Json | undefined,
  schema: Schema,
  path: string,
  old: Json | undefined,
  faults: FieldError[],
): void {
  if (value === undefined || value === null || !hasRules(schema)) return;
  for (const rule of schema[RULES] ?? []) check(rule, value, schema, path, old, faults);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, i) => visit(item, items, `${path}[${i}]`, correlate(item, schema, old), faults));
    return;
  }
  if (!isObject(value)) return;
  const before = isObject(old) ? old : undefined;
  for (const [key, member] of Object.entries(value)) {
    const shared = isObject(schema.additionalProperties) ? (schema.additionalProperties as Schema) : undefined;
    const property = schema.properties?.[key] ?? shared;
    if (!property) continue;
    const child = schema.properties?.[key] ? join(path, key) : `${path}[${key}]`;
    visit(member, property, child, before?.[key], faults);
  }
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function check(
  rule: ValidationRule,
  value: Json,
  schema: Schema,
  path: string,
  old: Json | undefined,
  faults: FieldError[],
): void {
  const usesOld = /\boldSelf\b/.test(rule.rule);
  if (usesOld && old === undefined && !rule.optionalOldSelf) return;
  const variables = {
    self: celValue(value, schema),
    ...(usesOld && old !== undefined ? { oldSelf: celValue(old, schema) } : {}),
  };
  const field = rule.fieldPath === undefined ? path : join(path, rule.fieldPath.replace(/^\./, ''));
  const type = schema['x-kubernetes-int-or-string'] ? 'integer' : (schema.type ?? 'object');
  const compiled = compileRule(rule.rule);
  if ('error' in compiled) {
    faults.push(invalid(field, type, `rule compile error: ${compiled.error}`));
    return;
  }
  let passed: unknown;
  try {
    passed = compiled.evaluate(variables);
  } catch (error) {
    faults.push(
      invalid(field, type, `${String((error as Error).message).split('\n', 1)[0]} evaluating rule: ${ruleName(rule)}`),
    );
    return;
  }
  if (passed !== true) faults.push(violation(rule, field, type, messageOf(rule, variables)));
}

const ruleName = ({ message, rule }: ValidationRule): string => message ?? rule;

function messageOf(rule: ValidationRule, variables: Record<string, unknown>): string {
  const fallback = rule.message ?? `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression === undefined) return fallback;
  const compiled = compileRule(rule.messageExpression);
  if ('error' in compiled) return fallback;
  try {
    const text = compiled.evaluate(variables);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text : fallback;
  } catch {
    // As the real server: a message that cannot be made falls back to the fixed one.
    return fallback;
  }
}

function violation({ reason }: ValidationRule, field: string, type: string, message: string): FieldError {
  if (reason === 'FieldValueRequired') return required(field, message);
  if (reason === 'FieldValueForbidden') return forbidden(field, message);
  return reason === 'FieldValueDuplicate' ? duplicate(field, type) : invalid(field, type, message);
}
