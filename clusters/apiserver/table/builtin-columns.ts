import { at } from '../object.ts';
import { ageColumn, nameColumn, text, wide } from './column.ts';
import type { Cell, Column } from './column.ts';
import { eventColumns } from './event-columns.ts';
import { nodeColumns } from './node-columns.ts';
import { podColumns } from './pod-columns.ts';
import { endpointsCell, serviceColumns, sliceColumns } from './service-columns.ts';
import { daemonSetColumns, deploymentColumns, replicaSetColumns } from './workload-columns.ts';

const createdAt: Column = { name: 'Created At', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp };
const count = (name: string, ...keys: string[]): Column => ({
  name,
  type: 'integer',
  cell: (object) => keys.reduce((sum, key) => sum + Object.keys((object[key] ?? {}) as object).length, 0),
});
const subjects =
  (kind: string): Cell =>
  (binding) =>
    ((binding['subjects'] ?? []) as { kind: string; name: string; namespace?: string }[])
      .filter((subject) => subject.kind === kind)
      .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
      .join(', ');
const bindingColumns = [
  nameColumn,
  text('Role', (binding) => `${String(at(binding, 'roleRef', 'kind'))}/${String(at(binding, 'roleRef', 'name'))}`),
  ageColumn,
  wide('Users', subjects('User')),
  wide('Groups', subjects('Group')),
  wide('ServiceAccounts', subjects('ServiceAccount')),
];

const byKind: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [nameColumn, text('Status', (namespace) => at(namespace, 'status', 'phase') ?? ''), ageColumn],
  Node: nodeColumns,
  Pod: podColumns,
  Service: serviceColumns,
  Endpoints: [nameColumn, text('Endpoints', endpointsCell), ageColumn],
  EndpointSlice: sliceColumns,
  ConfigMap: [nameColumn, count('Data', 'data', 'binaryData'), ageColumn],
  Secret: [nameColumn, text('Type', (secret) => secret['type'] as string), count('Data', 'data'), ageColumn],
  ServiceAccount: [nameColumn, count('Secrets', 'secrets'), ageColumn],
  Event: eventColumns,
  DaemonSet: daemonSetColumns,
  Deployment: deploymentColumns,
  ReplicaSet: replicaSetColumns,
  Lease: [nameColumn, text('Holder', (lease) => at(lease, 'spec', 'holderIdentity') ?? ''), ageColumn],
  Role: [nameColumn, createdAt],
  ClusterRole: [nameColumn, createdAt],
  RoleBinding: bindingColumns,
  ClusterRoleBinding: bindingColumns,
  CustomResourceDefinition: [nameColumn, createdAt],
  ValidatingWebhookConfiguration: [nameColumn, count('Webhooks', 'webhooks'), ageColumn],
};

/** The columns that a real API server prints for its own kinds (k8s.io/kubernetes/pkg/printers/internalversion). */
export function builtinColumns(kind: string): readonly Column[] {
  return byKind[kind] ?? [nameColumn, ageColumn];
}
