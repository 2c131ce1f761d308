import { expect, test } from 'vitest';
import { scalarFault } from './scalar-fault.ts';
import type { Schema } from './types.ts';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    size: { type: 'integer' },
    port: { 'x-kubernetes-int-or-string': true },
    list: { type: 'array', items: { type: 'boolean' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
} as Schema;

test.each([
  [{ name: 'x', size: 1, port: 'http', list: [true], labels: { a: 'b' } }, null],
  [{ name: null }, null],
  [{ name: 1 }, '.name: expected string, got &value.valueUnstructured{Value:1}'],
  [{ size: 'big' }, '.size: expected numeric (int or float), got &value.valueUnstructured{Value:"big"}'],
  [{ list: [true, 'x'] }, '.list[1]: expected boolean, got &value.valueUnstructured{Value:"x"}'],
  [{ labels: { a: true } }, '.labels.a: expected string, got &value.valueUnstructured{Value:true}'],
  [{ unknown: 1 }, null],
])('%j', (value, fault) => {
  expect(scalarFault(value, schema)).toBe(fault);
});
