import { now } from '../object.ts';
import type { ManagedField } from '../object.ts';
import { FieldSet } from './field-set.ts';

/** Who manages which fields. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly set: FieldSet;
}

/** More Update entries than this are folded into one. */
const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export const isSame = (a: Omit<Manager, 'set' | 'time'>, b: Omit<Manager, 'set' | 'time'>): boolean =>
  a.name === b.name && a.operation === b.operation && a.apiVersion === b.apiVersion && a.subresource === b.subresource;

export function parseManagers(entries: readonly ManagedField[] | undefined): Manager[] {
  return (entries ?? [])
    .filter(({ fieldsV1, operation }) => fieldsV1 !== undefined && operation !== undefined)
    .map(({ manager, operation, apiVersion, subresource = '', time, fieldsV1 }) => ({
      name: manager,
      operation,
      apiVersion,
      subresource,
      time,
      set: FieldSet.parse(fieldsV1),
    }));
}

/** Applied entries first, then by time, as the real server orders them. */
export function formatManagers(managers: readonly Manager[]): ManagedField[] | undefined {
  const kept = cap(managers.filter(({ set }) => !set.isEmpty()));
  if (kept.length === 0) return undefined;
  const rank = ({ operation }: Manager): number => (operation === 'Apply' ? 0 : 1);
  const sorted = kept.toSorted(
    (a, b) => rank(a) - rank(b) || (a.time ?? '').localeCompare(b.time ?? '') || a.name.localeCompare(b.name),
  );
  return sorted.map(({ name, operation, apiVersion, subresource, time, set }) => ({
    manager: name,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: set.toJson(),
    ...(subresource === '' ? {} : { subresource }),
  }));
}

function cap(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return managers;
  const oldest = updaters
    .toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? ''))
    .slice(0, updaters.length - MAX_UPDATERS + 1);
  const [first] = oldest;
  if (!first) return managers;
  const set = oldest.reduce((all, manager) => all.union(manager.set), new FieldSet());
  const folded: Manager = { ...first, name: ANCIENT, subresource: '', time: now(), set };
  return [...managers.filter((manager) => !oldest.includes(manager)), folded];
}

const systemMetadata = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** What nobody manages: identity, what the system sets, and what a subresource cannot write. */
export function strip(set: FieldSet, subresource: string, hasStatus: boolean, keepsMetadata: boolean): FieldSet {
  let result = set.without('f:apiVersion').without('f:kind');
  for (const key of systemMetadata) result = result.without('f:metadata', `f:${key}`);
  // metadata as such belongs to nobody; its parts do.
  result = new FieldSet(
    [...result.members].filter((member) => member !== 'f:metadata'),
    result.children,
  );
  if (subresource === '' && hasStatus) return result.without('f:status');
  if (subresource !== 'status') return result;
  const status = result.only('f:status');
  return keepsMetadata ? status.union(result.only('f:metadata')) : status;
}
