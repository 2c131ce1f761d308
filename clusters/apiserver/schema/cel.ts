import type { ApiObject } from '../object.ts';
import type { FieldError } from '../status/field-error.ts';
import type { Schema } from './types.ts';
export function celFaults(_object: ApiObject, _schema: Schema, _old?: ApiObject): FieldError[] {
  return [];
}
