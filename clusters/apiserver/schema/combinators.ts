import { invalid } from '../status/field-error.ts';
import { goQuote } from '../status/go-format.ts';
import type { Result, Schema } from './types.ts';

/** A fault of a combination has no field of its own: the real server says `<nil>` and names the path in the text. */
const fault = (path: string, text: string): Result['faults'][number] =>
  invalid('', '', `${goQuote(path)} must ${text}`);

/** anyOf, oneOf, allOf and not; `validate` checks the value against one of them. */
export function combinatorFaults(
  { anyOf, oneOf, allOf, not }: Schema,
  path: string,
  validate: (schema: Schema) => Result,
): Result {
  const result: Result = { faults: [], matches: 1 };
  const merge = ({ faults, matches }: Result): void => {
    result.faults.push(...faults);
    result.matches += matches;
  };
  const all = (schemas: readonly Schema[]): Result[] => schemas.map(validate);
  if (anyOf && anyOf.length > 0) {
    const results = all(anyOf);
    const valid = results.find(({ faults }) => faults.length === 0);
    if (!valid) result.faults.push(fault(path, 'validate at least one schema (anyOf)'));
    merge(valid ?? closest(results));
  }
  if (oneOf && oneOf.length > 0) {
    const results = all(oneOf);
    const valid = results.filter(({ faults }) => faults.length === 0);
    if (valid.length === 1) merge(valid[0] as Result);
    else {
      const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
      result.faults.push(fault(path, `validate one and only one schema (oneOf). ${found}`));
      if (valid.length === 0) merge(closest(results));
    }
  }
  if (allOf && allOf.length > 0) {
    const results = all(allOf);
    const valid = results.filter(({ faults }) => faults.length === 0).length;
    results.forEach(merge);
    if (valid !== allOf.length)
      result.faults.push(fault(path, `validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`));
  }
  if (not && validate(not).faults.length === 0) result.faults.push(fault(path, 'not validate the schema (not)'));
  return result;
}

/** Of the alternatives that failed, the first that passed most checks. */
const closest = (results: readonly Result[]): Result =>
  results.reduce((best, result) => (result.matches > best.matches ? result : best));
