import type { ApiObject } from '../object.ts';
import { ageColumn, integer, nameColumn, text, wide } from './column.ts';
import type { Column } from './column.ts';
import { labelSet } from './service-columns.ts';

const containers = (object: ApiObject): { name: string; image: string }[] =>
  object['spec'].template?.spec?.containers ?? [];

/** metav1.FormatLabelSelector. */
function selectorText(object: ApiObject): string {
  const { matchLabels, matchExpressions = [] } = object['spec'].selector ?? {};
  const words = matchExpressions.map(
    ({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`;
    },
  );
  const labels = matchLabels && Object.keys(matchLabels).length > 0 ? [labelSet(matchLabels)] : [];
  return [...labels, ...words].join(',') || '<none>';
}

const template: readonly Column[] = [
  wide('Containers', (object) =>
    containers(object)
      .map(({ name }) => name)
      .join(','),
  ),
  wide('Images', (object) =>
    containers(object)
      .map(({ image }) => image)
      .join(','),
  ),
  wide('Selector', selectorText),
];

export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  integer('Desired', 'status', 'desiredNumberScheduled'),
  integer('Current', 'status', 'currentNumberScheduled'),
  integer('Ready', 'status', 'numberReady'),
  integer('Up-to-date', 'status', 'updatedNumberScheduled'),
  integer('Available', 'status', 'numberAvailable'),
  text('Node Selector', (set) =>
    labelSet(set['spec'].template?.spec?.nodeSelector as Record<string, string> | undefined),
  ),
  ageColumn,
  ...template,
];

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  text('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  integer('Up-to-date', 'status', 'updatedReplicas'),
  integer('Available', 'status', 'availableReplicas'),
  ageColumn,
  ...template,
];

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  integer('Desired', 'spec', 'replicas'),
  integer('Current', 'status', 'replicas'),
  integer('Ready', 'status', 'readyReplicas'),
  ageColumn,
  ...template,
];
