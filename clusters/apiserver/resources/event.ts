import type { ApiObject } from '../object.ts';
import { byPath } from '../selectors/field.ts';
import { forbidden, invalid } from '../status/field-error.ts';
import type { Strategy } from './definition.ts';

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Core v1 and events.k8s.io/v1 are two forms of one stored object; the core form is stored. */
export const eventStrategy: Strategy = {
  createOnUpdate: true,
  nameRule: 'subdomain',
  fields: {
    ...Object.fromEntries(involved.map((field) => [`involvedObject.${field}`, byPath('involvedObject', field)])),
    ...Object.fromEntries(involved.map((field) => [`regarding.${field}`, byPath('involvedObject', field)])),
    reason: byPath('reason'),
    reportingComponent: byPath('reportingComponent'),
    source: (event) => String(event['source']?.component || event['reportingComponent'] || ''),
    type: byPath('type'),
  },
  defaults(event) {
    event['source'] ??= {};
    event['involvedObject'] ??= {};
    event['reportingComponent'] ??= '';
    event['reportingInstance'] ??= '';
  },
  validate(event) {
    const namespace: unknown = event['involvedObject'].namespace;
    const expected = namespace === undefined || namespace === '' ? 'default' : namespace;
    const faults =
      expected === event.metadata.namespace
        ? []
        : [invalid('involvedObject.namespace', String(namespace ?? ''), 'does not match event.namespace')];
    if (!event.metadata.namespace) faults.push(forbidden('metadata.namespace', 'an event belongs to a namespace'));
    return faults;
  },
};

const renamed = [
  ['note', 'message'],
  ['regarding', 'involvedObject'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const;

function rename(event: ApiObject, pairs: readonly (readonly [string, string])[]): ApiObject {
  const copy: ApiObject = { ...event };
  for (const [from] of pairs) delete copy[from];
  for (const [from, to] of pairs) if (event[from] !== undefined) copy[to] = event[from];
  return copy;
}

/** From events.k8s.io/v1 to the stored form. */
export const decodeEventsV1 = (event: ApiObject): ApiObject => rename(event, renamed);
/** From the stored form to events.k8s.io/v1. */
export const encodeEventsV1 = (event: ApiObject): ApiObject =>
  rename(
    event,
    renamed.map(([from, to]) => [to, from] as const),
  );
