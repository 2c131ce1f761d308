import type { ApiObject } from '../object.ts';
import { age } from './age.ts';
import { nameColumn, text, wide } from './column.ts';
import type { Column } from './column.ts';

/** Core events, in the stored form. */
function lastSeen(event: ApiObject): string {
  const { series, lastTimestamp, firstTimestamp, eventTime, count } = event;
  const first = age((firstTimestamp ?? eventTime) as string | undefined);
  if (series) return `${age(series.lastObservedTime as string)} (x${series.count} over ${first})`;
  const last = lastTimestamp ? age(lastTimestamp as string) : first;
  return Number(count) > 1 ? `${last} (x${count} over ${first})` : last;
}

function source(event: ApiObject): string {
  const { component = event['reportingComponent'], host = event['reportingInstance'] } = event['source'] ?? {};
  return host ? `${component}, ${host}` : String(component);
}

const target = ({ involvedObject }: ApiObject): string =>
  involvedObject.name
    ? `${String(involvedObject.kind).toLowerCase()}/${involvedObject.name}`
    : String(involvedObject.kind).toLowerCase();

export const eventColumns: readonly Column[] = [
  text('Last Seen', lastSeen),
  text('Type', (event) => (event['type'] as string | undefined) ?? ''),
  text('Reason', (event) => (event['reason'] as string | undefined) ?? ''),
  text('Object', target),
  wide('Subobject', (event) => (event['involvedObject'].fieldPath as string | undefined) ?? ''),
  wide('Source', source),
  text('Message', (event) => String(event['message'] ?? '').trim()),
  wide('First Seen', (event) => age((event['firstTimestamp'] ?? event['eventTime']) as string | undefined)),
  {
    name: 'Count',
    type: 'integer',
    priority: 1,
    cell: (event) => (event['series']?.count ?? event['count'] ?? 1) as number,
  },
  { ...nameColumn, priority: 1 },
];
