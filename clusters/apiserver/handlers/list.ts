import { wantedForm } from '../http/accept.ts';
import { sendJson, sendText } from '../http/respond.ts';
import { encode } from '../operations/decode.ts';
import { selection } from '../operations/select.ts';
import { groupVersion } from '../resources/definition.ts';
import { ApiError, badRequest, expired } from '../status/api-error.ts';
import type { Revision } from '../store/collection.ts';
import { partialMetadata, row, table } from '../table/table.ts';
import type { Included } from '../table/table.ts';
import type { ResourceRequest } from './context.ts';
import { textOf } from './view.ts';

interface Continue {
  readonly rv: number;
  /** The key after which the next page starts. */
  readonly after: string;
}

const COMPACTED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

const encodeToken = (token: Continue): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function decodeToken(text: string): Continue {
  try {
    const { rv, after } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Continue;
    if (Number.isInteger(rv) && typeof after === 'string') return { rv, after };
  } catch {
    // Not a token of ours: refused below.
  }
  throw badRequest('continue key is not valid: illegal base64 data');
}

/** A resourceVersion of a query; throws a 400. */
export function parseVersion(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text))
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

const tooNew = (wanted: number, current: number): ApiError =>
  new ApiError(504, 'Timeout', `Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

type Entries = readonly (readonly [string, Revision])[];

/** The objects that a list starts from, and the resourceVersion they are of. */
function snapshot(
  { state, target, query }: ResourceRequest,
  token: Continue | undefined,
): { entries: Entries; rv: number } {
  const collection = state.store.collection(target.resource.storage);
  const current = state.store.resourceVersion;
  const wanted = parseVersion(query.get('resourceVersion'));
  const match = query.get('resourceVersionMatch');
  if (match && match !== 'Exact' && match !== 'NotOlderThan')
    throw badRequest(
      `resourceVersionMatch: Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
    );
  if (match && wanted === undefined)
    throw badRequest(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (match === 'Exact' && wanted === 0)
    throw badRequest(
      'resourceVersionMatch: Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"',
    );
  if (token && wanted) throw badRequest('specifying resource version is not allowed when using continue');
  if (wanted !== undefined && wanted > current) throw tooNew(wanted, current);
  const exact = token?.rv ?? (match === 'Exact' ? wanted : undefined);
  if (exact === undefined || exact === current) {
    return {
      entries: collection.keys().map((key) => [key, collection.items.get(key) as Revision] as const),
      rv: current,
    };
  }
  const entries = exact > current ? null : collection.stateAt(exact);
  if (entries) return { entries, rv: exact };
  throw expired(token ? COMPACTED : `The resourceVersion for the provided list is too old.`);
}

export function list(context: ResourceRequest): void {
  const { query, target, request, response } = context;
  const form = wantedForm(request.headers.accept);
  const selects = selection(target, query);
  const continued = query.get('continue');
  const token = continued ? decodeToken(continued) : undefined;
  const limit = Number(query.get('limit') ?? 0) || Infinity;
  const { entries, rv } = snapshot(context, token);
  const selected = entries.filter(([key, { object }]) => (token === undefined || key > token.after) && selects(object));
  const page = selected.slice(0, limit);
  const more = selected.length - page.length;
  const metadata = {
    resourceVersion: String(rv),
    ...(more > 0 ? { continue: encodeToken({ rv, after: page.at(-1)?.[0] ?? '' }) } : {}),
    ...(more > 0 && !query.get('labelSelector') && !query.get('fieldSelector') ? { remainingItemCount: more } : {}),
  };
  const revisions = page.map(([, revision]) => revision);
  const { resource, version } = target;
  if (form === 'table') {
    const included = (query.get('includeObject') ?? 'Metadata') as Included;
    const rows = revisions.map(({ object }) => row(version.columns, object, encode(object, target), included));
    sendJson(response, 200, table(version.columns, rows, metadata));
  } else if (form === 'object') {
    const head = `{"kind":${JSON.stringify(resource.listKind)},"apiVersion":"${groupVersion(resource.group, version.name)}","metadata":${JSON.stringify(metadata)},"items":[`;
    sendText(response, 200, `${head}${revisions.map((revision) => textOf(revision, target)).join(',')}]}\n`);
  } else {
    const items = revisions.map(({ object }) => partialMetadata(encode(object, target)));
    sendJson(response, 200, { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items });
  }
}
