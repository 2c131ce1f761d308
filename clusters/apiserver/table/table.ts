import type { ApiObject } from '../object.ts';
import type { Column } from './column.ts';

const definitions = (columns: readonly Column[]): unknown[] =>
  columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));

export const partialMetadata = ({ metadata }: ApiObject): unknown => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});

/** What a row carries of its object; `includeObject` of the request. */
export type Included = 'None' | 'Metadata' | 'Object';

export function row(columns: readonly Column[], stored: ApiObject, shown: ApiObject, included: Included): unknown {
  const object = included === 'None' ? undefined : included === 'Object' ? shown : partialMetadata(shown);
  return { cells: columns.map(({ cell }) => cell(stored)), ...(object === undefined ? {} : { object }) };
}

/** meta.k8s.io/v1 Table. `withColumns` is false for all but the first table of a watch. */
export function table(
  columns: readonly Column[],
  rows: readonly unknown[],
  metadata: unknown,
  withColumns = true,
): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: withColumns ? definitions(columns) : [],
    rows,
  };
}
