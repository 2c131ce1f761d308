import type { Json } from '../schema/types.ts';
import { goQuote, goValue } from './go-format.ts';

type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid';

const titles: Record<FieldErrorType, string> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** One fault of an object, with the texts of k8s.io/apimachinery/pkg/util/validation/field. */
export interface FieldError {
  readonly reason: FieldErrorType;
  readonly field: string;
  /** The text without the field's path. */
  readonly message: string;
}

function fieldError(reason: FieldErrorType, field: string, value: string | undefined, detail: string): FieldError {
  const head = value === undefined ? titles[reason] : `${titles[reason]}: ${value}`;
  return { reason, field: field === '' ? '<nil>' : field, message: detail === '' ? head : `${head}: ${detail}` };
}

export const required = (field: string, detail = ''): FieldError =>
  fieldError('FieldValueRequired', field, undefined, detail);
export const forbidden = (field: string, detail: string): FieldError =>
  fieldError('FieldValueForbidden', field, undefined, detail);
export const invalid = (field: string, value: Json | undefined, detail: string): FieldError =>
  fieldError('FieldValueInvalid', field, goValue(value), detail);
export const typeInvalid = (field: string, value: Json | undefined, detail: string): FieldError =>
  fieldError('FieldValueTypeInvalid', field, goValue(value), detail);
export const duplicate = (field: string, value: Json | undefined): FieldError =>
  fieldError('FieldValueDuplicate', field, goValue(value), '');
export const notFound = (field: string, value: Json | undefined): FieldError =>
  fieldError('FieldValueNotFound', field, goValue(value), '');
export const tooLong = (field: string, max: number): FieldError =>
  fieldError(
    'FieldValueTooLong',
    field,
    undefined,
    max >= 0 ? `may not be more than ${max} bytes` : 'value is too long',
  );
export const tooMany = (field: string, actual: number, max: number): FieldError =>
  fieldError('FieldValueTooMany', field, String(actual), `must have at most ${max} items`);
export const notSupported = (field: string, value: Json | undefined, supported: readonly string[]): FieldError =>
  fieldError(
    'FieldValueNotSupported',
    field,
    goValue(value),
    supported.length > 0 ? `supported values: ${supported.map(goQuote).join(', ')}` : '',
  );
