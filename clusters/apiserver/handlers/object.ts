import { wantedForm } from '../http/accept.ts';
import { decodeDocument, mediaType, parseDocument, readBody, readBytes, readObject } from '../http/body.ts';
import { sendJson, warningHeaders } from '../http/respond.ts';
import type { ApiObject } from '../object.ts';
import { create } from '../operations/create.ts';
import { decode, encode } from '../operations/decode.ts';
import { remove } from '../operations/delete.ts';
import type { DeleteOptions } from '../operations/delete.ts';
import { selection } from '../operations/select.ts';
import { update } from '../operations/update.ts';
import { patch } from '../operations/patch.ts';
import { badRequest, invalid, notFound, unroutableMediaType, unsupportedMediaType } from '../status/api-error.ts';
import { invalid as invalidField } from '../status/field-error.ts';
import { partialMetadata, row, table } from '../table/table.ts';
import type { Included } from '../table/table.ts';
import type { ResourceRequest } from './context.ts';
import { ordered } from './view.ts';
import { groupVersion } from '../resources/definition.ts';

/** Answers with one object, in the form that the client accepts. */
export function sendObject(context: ResourceRequest, code: number, stored: ApiObject): void {
  const { request, response, target, query, options } = context;
  const form = wantedForm(request.headers.accept);
  const shown = encode(stored, target);
  warningHeaders(response, options.warnings);
  if (form === 'table') {
    const { columns } = target.version;
    const included = (query.get('includeObject') ?? 'Metadata') as Included;
    const metadata = { resourceVersion: stored.metadata.resourceVersion };
    sendJson(response, code, table(columns, [row(columns, stored, shown, included)], metadata));
  } else sendJson(response, code, form === 'object' ? ordered(shown) : partialMetadata(shown));
}

export function getObject(context: ResourceRequest): void {
  const { state, target } = context;
  const { resource, namespace, name = '' } = target;
  const found = state.find(resource.storage, namespace, name);
  if (!found) throw notFound(resource, name);
  sendObject(context, 200, found);
}

export async function createObject(context: ResourceRequest): Promise<void> {
  const { state, target, options, request } = context;
  wantedForm(request.headers.accept);
  const object = decode(await readObject(request), target, options);
  sendObject(context, 201, await create(state, target, object, options));
}

export async function updateObject(context: ResourceRequest): Promise<void> {
  const { state, target, options, request } = context;
  const { resource, namespace, name = '' } = target;
  const sent = await readObject(request);
  const object = decode(sent, target, options);
  if (!object.metadata.name) throw badRequest('name must be provided');
  const exists = state.find(resource.storage, namespace, name) !== undefined;
  if (!exists && resource.strategy.createOnUpdate && target.subresource === '') {
    delete (object.metadata as Partial<ApiObject['metadata']>).resourceVersion;
    sendObject(context, 201, await create(state, target, object, options));
    return;
  }
  if (!resource.builtin && !object.metadata.resourceVersion && exists) {
    const fault = invalidField('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalid(resource.group, resource.kind, name, [fault]);
  }
  sendObject(context, 200, await update(state, target, () => object, options));
}

const patchTypes = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
} as const;

export async function patchObject(context: ResourceRequest): Promise<void> {
  const { state, target, options, request, query } = context;
  const contentType = mediaType(request.headers['content-type']);
  const type = patchTypes[contentType as keyof typeof patchTypes] as
    'json' | 'merge' | 'strategic' | 'apply' | undefined;
  const accepted = Object.keys(patchTypes).filter((known) => target.resource.builtin || !known.includes('strategic'));
  if (!type || !accepted.includes(contentType)) {
    request.resume();
    // A built-in type's router refuses by itself, and does not say what it would take.
    throw target.resource.builtin ? unroutableMediaType() : unsupportedMediaType(accepted);
  }
  const document = await parseDocument(await readBody(request), contentType);
  const { object, created } = await patch(
    state,
    target,
    { type, document, force: query.get('force') === 'true' },
    options,
  );
  sendObject(context, created ? 201 : 200, object);
}

async function deleteOptions({ request, query }: ResourceRequest): Promise<DeleteOptions> {
  const document = await decodeDocument(await readBytes(request), request.headers['content-type'] ?? '');
  const sent = (document ?? {}) as DeleteOptions & { dryRun?: string[] };
  const seconds = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    ...sent,
    ...(seconds === null ? {} : { gracePeriodSeconds: Number(seconds) }),
    ...(policy === null ? {} : { propagationPolicy: policy as NonNullable<DeleteOptions['propagationPolicy']> }),
  };
}

/** Whether a deletion answers with the object itself rather than with a Status when it is gone at once. */
const returnsDeleted = new Set(['pods', 'services', 'serviceaccounts']);

export async function deleteObject(context: ResourceRequest): Promise<void> {
  const { state, target, response } = context;
  const wanted = await deleteOptions(context);
  const options = withBodyDryRun(context, wanted);
  const { object, gone } = await remove(state, target, wanted, options);
  const { resource, name } = target;
  if (!gone || returnsDeleted.has(resource.storage)) {
    sendObject(context, 200, object);
    return;
  }
  const details = {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: object.metadata.uid,
  };
  sendJson(response, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

const withBodyDryRun = (
  { options }: ResourceRequest,
  wanted: DeleteOptions & { dryRun?: string[] },
): ResourceRequest['options'] => (wanted.dryRun?.includes('All') ? { ...options, dryRun: true } : options);

export async function deleteCollection(context: ResourceRequest): Promise<void> {
  const { state, target, query, response } = context;
  const wanted = await deleteOptions(context);
  const options = withBodyDryRun(context, wanted);
  const selects = selection(target, query);
  const { resource, version } = target;
  const chosen = [...state.store.collection(resource.storage).items.values()]
    .map(({ object }) => object)
    .filter(selects);
  for (const { metadata } of chosen) {
    const one = { ...target, namespace: metadata.namespace, name: metadata.name };
    if (state.find(resource.storage, metadata.namespace, metadata.name)) await remove(state, one, wanted, options);
  }
  const items = chosen.map((object) => ordered(encode(object, target)));
  const metadata = { resourceVersion: String(state.store.resourceVersion) };
  sendJson(response, 200, {
    kind: resource.listKind,
    apiVersion: groupVersion(resource.group, version.name),
    metadata,
    items,
  });
}
