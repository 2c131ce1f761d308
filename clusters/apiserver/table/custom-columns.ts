import type { ApiObject } from '../object.ts';
import type { Json } from '../schema/types.ts';
import { age } from './age.ts';
import { ageColumn, nameColumn } from './column.ts';
import type { Column } from './column.ts';
import { compileJsonPath } from './jsonpath.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

const types: readonly string[] = ['string', 'integer', 'number', 'boolean', 'date'];

/** The columns of a custom resource: its name, and what its author declared, or its age. */
export function customColumns(declared: readonly PrinterColumn[] | undefined): readonly Column[] {
  if (!declared || declared.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...declared.map(customColumn)];
}

function customColumn({ jsonPath, type, ...rest }: PrinterColumn): Column {
  const read = compileJsonPath(jsonPath);
  return {
    ...rest,
    type: types.includes(type) ? (type as Column['type']) : 'string',
    cell: (object: ApiObject) => {
      const found = read(object as unknown as Json);
      return found.length === 0 ? null : cell(type, found);
    },
  };
}

const text = (value: Json): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

function cell(type: string, found: readonly Json[]): Json {
  const [first = null] = found;
  if (type === 'string') return found.map(text).join(' ');
  if (type === 'integer') return typeof first === 'number' ? Math.trunc(first) : null;
  if (type === 'number') return typeof first === 'number' ? first : null;
  if (type === 'boolean') return typeof first === 'boolean' ? first : null;
  if (type === 'date') return typeof first === 'string' ? age(first) : null;
  return null;
}
