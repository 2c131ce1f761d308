import { at } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { ageColumn, nameColumn, text, wide } from './column.ts';
import type { Cell, Column } from './column.ts';

function status(node: ApiObject): string {
  const conditions: { type: string; status: string }[] = node['status']?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (node['spec'].unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function roles({ metadata }: ApiObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const found = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix) && key.length > prefix.length) return [key.slice(prefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return found.length === 0 ? '<none>' : [...new Set(found)].toSorted().join(',');
}

const address =
  (wanted: string): Cell =>
  (node) => {
    const addresses: { type: string; address: string }[] = node['status']?.addresses ?? [];
    return addresses.find(({ type }) => type === wanted)?.address ?? '<none>';
  };

const info =
  (key: string): Cell =>
  (node) =>
    at(node, 'status', 'nodeInfo', key) || '<unknown>';

export const nodeColumns: readonly Column[] = [
  nameColumn,
  text('Status', status),
  text('Roles', roles),
  ageColumn,
  text('Version', (node) => at(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''),
  wide('Internal-IP', address('InternalIP')),
  wide('External-IP', address('ExternalIP')),
  wide('OS-Image', info('osImage')),
  wide('Kernel-Version', info('kernelVersion')),
  wide('Container-Runtime', info('containerRuntimeVersion')),
];
