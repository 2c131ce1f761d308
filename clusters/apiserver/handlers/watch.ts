import { wantedForm } from '../http/accept.ts';
import { encode } from '../operations/decode.ts';
import { selection } from '../operations/select.ts';
import type { Selects } from '../operations/select.ts';
import { versionOf } from '../resources/registry.ts';
import { expired, invalid } from '../status/api-error.ts';
import { forbidden } from '../status/field-error.ts';
import type { Change, Revision } from '../store/collection.ts';
import { partialMetadata, row, table } from '../table/table.ts';
import type { Included } from '../table/table.ts';
import type { ResourceRequest } from './context.ts';
import { parseVersion } from './list.ts';
import { textOf } from './view.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** A watcher that reads this much slower than the world changes is cut off; it lists again. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;
const BOOKMARK_INTERVAL_MS = 60_000;
/** A bookmark is sent this long before the watch times out, so that the next one resumes from it. */
const BOOKMARK_BEFORE_END_MS = 2_000;
const MIN_TIMEOUT_MS = 1_800_000;
const INITIAL_EVENTS_END = { 'k8s.io/initial-events-end': 'true' };

/** What a watch does with a change: nothing, or an event, as the object enters or leaves the selection. */
function eventOf({ current, previous, gone }: Change, selects: Selects): [EventType, Revision] | null {
  const before = previous !== undefined && selects(previous.object);
  if (current && selects(current.object)) return [before ? 'MODIFIED' : 'ADDED', current];
  if (!before) return null;
  if (gone) return ['DELETED', gone];
  // It no longer matches: the watcher gets the state it knew, with the resourceVersion of the change.
  const { rv } = current as Revision;
  const { object } = previous;
  return [
    'DELETED',
    { rv, object: { ...object, metadata: { ...object.metadata, resourceVersion: String(rv) } }, texts: new Map() },
  ];
}

interface WatchOptions {
  readonly from: number | undefined;
  readonly initialEvents: boolean;
  readonly initialBookmark: boolean;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

function parseOptions({ query }: ResourceRequest): WatchOptions {
  const rv = parseVersion(query.get('resourceVersion'));
  const send = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch');
  const fault = (field: string, text: string): never => {
    throw invalid('meta.k8s.io', 'ListOptions', '', [forbidden(field, text)]);
  };
  if (send === null && match)
    fault('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (send !== null && match !== 'NotOlderThan') {
    fault('sendInitialEvents', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const bookmarks = ['true', '1'].includes(query.get('allowWatchBookmarks') ?? '');
  const initialEvents = send === null ? rv === undefined || rv === 0 : send === 'true';
  return {
    from: initialEvents || rv === undefined || rv === 0 ? undefined : rv,
    initialEvents,
    initialBookmark: send === 'true' && bookmarks,
    bookmarks,
    timeoutMs: seconds > 0 ? seconds * 1000 : MIN_TIMEOUT_MS * (1 + Math.random()),
  };
}

export function watch(context: ResourceRequest): void {
  const { state, target, query, request, response } = context;
  const form = wantedForm(request.headers.accept);
  const selects = selection(target, query);
  const options = parseOptions(context);
  const collection = state.store.collection(target.resource.storage);
  const included = (query.get('includeObject') ?? 'Metadata') as Included;
  let withColumns = true;
  const render = (revision: Revision): string => {
    if (form === 'object') return textOf(revision, target);
    const shown = encode(revision.object, target);
    if (form !== 'table') return JSON.stringify(partialMetadata(shown));
    const { columns } = target.version;
    const metadata = { resourceVersion: String(revision.rv) };
    const text = JSON.stringify(
      table(columns, [row(columns, revision.object, shown, included)], metadata, withColumns),
    );
    withColumns = false;
    return text;
  };
  const write = (type: string, text: string): void => {
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
    else response.write(`{"type":"${type}","object":${text}}\n`);
  };
  const bookmark = (annotations?: Record<string, string>): void => {
    const metadata = {
      resourceVersion: String(state.store.resourceVersion),
      creationTimestamp: null,
      ...(annotations ? { annotations } : {}),
    };
    const object =
      form === 'table'
        ? table([], [], metadata, false)
        : { kind: target.resource.kind, apiVersion: versionOf(target), metadata };
    write('BOOKMARK', JSON.stringify(object));
  };
  const deliver = (change: Change): void => {
    const event = eventOf(change, selects);
    if (event) write(event[0], render(event[1]));
  };

  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  const missed = options.from === undefined ? [] : collection.since(options.from);
  if (missed === null) {
    const text = `too old resource version: ${options.from} (${state.store.resourceVersion})`;
    write('ERROR', JSON.stringify(expired(text).status()));
    response.end();
    return;
  }
  if (options.initialEvents) {
    for (const key of collection.keys()) {
      const revision = collection.items.get(key);
      if (revision && selects(revision.object)) write('ADDED', render(revision));
    }
    if (options.initialBookmark) bookmark(INITIAL_EVENTS_END);
  }
  for (const change of missed) deliver(change);

  const silence = collection.listen(deliver);
  const timers: NodeJS.Timeout[] = [];
  if (options.bookmarks) {
    timers.push(setInterval(() => bookmark(), BOOKMARK_INTERVAL_MS));
    timers.push(setTimeout(() => bookmark(), Math.max(0, options.timeoutMs - BOOKMARK_BEFORE_END_MS)));
  }
  timers.push(setTimeout(() => response.end(), Math.min(options.timeoutMs, 2 ** 31 - 1)));
  const abort = state.onResourceGone(target.resource.storage, () => response.end());
  response.once('close', () => {
    silence();
    abort();
    for (const timer of timers) clearTimeout(timer);
  });
}
