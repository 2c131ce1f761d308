import type { ApiObject } from '../object.ts';
import type { Target } from './target.ts';
import { parseFieldSelector } from '../selectors/field.ts';
import { parseLabelSelector } from '../selectors/label.ts';

export type Selects = (object: ApiObject) => boolean;

/** Which objects a list, watch or deletecollection is about: namespace, name, and the two selectors. */
export function selection({ resource, namespace, name }: Target, query: URLSearchParams): Selects {
  const labels = query.get('labelSelector');
  const fields = query.get('fieldSelector');
  const matchLabels = labels ? parseLabelSelector(labels) : undefined;
  const matchFields = fields ? parseFieldSelector(fields, resource.strategy.fields ?? {}) : undefined;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    (matchLabels?.(object.metadata.labels) ?? true) &&
    (matchFields?.(object) ?? true);
}
