import { at } from '../object.ts';
import type { ApiObject } from '../object.ts';
import type { Json } from '../schema/types.ts';
import { age } from './age.ts';

export type Cell = (object: ApiObject) => Json;

/** A column of `kubectl get`. Priority 0 is always shown, above 0 with -o wide. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly cell: Cell;
}

/** A string column; wide ones are shown with -o wide only. */
export const text = (name: string, cell: Cell): Column => ({ name, type: 'string', cell });
export const wide = (name: string, cell: Cell): Column => ({ name, type: 'string', priority: 1, cell });
export const integer = (name: string, ...path: string[]): Column => ({
  name,
  type: 'integer',
  cell: (object) => at(object, ...path) ?? 0,
});
export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  cell: ({ metadata }) => metadata.name,
};
export const ageColumn: Column = text('Age', ({ metadata }) => age(metadata.creationTimestamp));
