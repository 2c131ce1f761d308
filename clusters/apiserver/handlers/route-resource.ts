import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../auth.ts';
import type { ResourcePath } from '../http/request-target.ts';
import type { WriteOptions } from '../operations/target.ts';
import type { Endpoint } from '../resources/registry.ts';
import type { RouteContext } from '../routes.ts';
import { badRequest, invalid, methodNotSupported, pageNotFound } from '../status/api-error.ts';
import { notSupported } from '../status/field-error.ts';
import type { ResourceRequest } from './context.ts';
import { list } from './list.ts';
import { createObject, deleteCollection, deleteObject, getObject, patchObject, updateObject } from './object.ts';
import { answerReview } from './reviews.ts';
import { bindPod, evictPod, finalizeNamespace, podStream, requestToken, scaleWorkload } from './subresources.ts';
import { watch } from './watch.ts';

type Handler = (context: ResourceRequest) => void | Promise<void>;

export async function routeResource(
  { state, authenticator, kubeletSocket }: RouteContext,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  path: ResourcePath,
  query: URLSearchParams,
): Promise<void> {
  const isLegacyWatch = path.plural === 'watch';
  const endpoint = state.registry.find(path.group, path.version, path.plural);
  if (!endpoint || isLegacyWatch) throw pageNotFound();
  const { subresource } = path;
  if (subresource !== '' && !endpoint.version.subresources.has(subresource)) throw pageNotFound();
  const method = request.method ?? 'GET';
  checkScope(endpoint, path, method);
  const options = writeOptions(request, query, user, method);
  const target = { ...endpoint, namespace: path.namespace, name: path.name, subresource };
  const context: ResourceRequest = { state, target, query, request, response, user, options };
  if (endpoint.version.deprecationWarning) options.warnings.push(endpoint.version.deprecationWarning);
  const handler = isReview(endpoint)
    ? answerReview
    : (special(context, kubeletSocket, authenticator, method) ?? generic(context, method));
  await handler(context);
}

const isReview = ({ resource }: Endpoint): boolean => resource.plural.endsWith('reviews');

function checkScope({ resource }: Endpoint, { namespace, name }: ResourcePath, method: string): void {
  if (!resource.namespaced && namespace !== undefined) throw pageNotFound();
  if (!resource.namespaced || namespace !== undefined) return;
  if (name !== undefined) throw pageNotFound();
  if (method === 'POST') throw methodNotSupported(resource, 'create');
}

function generic({ target, query }: ResourceRequest, method: string): Handler {
  const { resource, name, subresource } = target;
  const refuse = (verb: string): never => {
    throw methodNotSupported(resource, verb);
  };
  const only = (verb: string, handler: Handler): Handler => (resource.verbs.includes(verb) ? handler : refuse(verb));
  const isWatch = ['true', '1'].includes(query.get('watch') ?? '');
  if (name === undefined) {
    if (method === 'GET' || method === 'HEAD') return isWatch ? only('watch', watch) : only('list', list);
    if (method === 'POST') return only('create', createObject);
    return method === 'DELETE' ? only('deletecollection', deleteCollection) : refuse(method.toLowerCase());
  }
  if (method === 'GET' || method === 'HEAD') return isWatch ? only('watch', watch) : only('get', getObject);
  if (method === 'PUT') return only('update', updateObject);
  if (method === 'PATCH') return only('patch', patchObject);
  if (method === 'DELETE' && subresource === '') return only('delete', deleteObject);
  return refuse(method === 'POST' ? 'create' : method.toLowerCase());
}

/** Subresources that are not views of the object. */
function special(
  context: ResourceRequest,
  socket: string | undefined,
  authenticator: RouteContext['authenticator'],
  method: string,
): Handler | undefined {
  const { subresource } = context.target;
  if (subresource === 'log' || subresource === 'exec' || subresource === 'attach')
    return (one) => podStream(one, subresource, socket);
  if (subresource === 'scale') return scaleWorkload;
  if (subresource === 'finalize' && method === 'PUT') return finalizeNamespace;
  if (method !== 'POST') return undefined;
  if (subresource === 'binding') return bindPod;
  if (subresource === 'eviction') return evictPod;
  return subresource === 'token' ? (one) => requestToken(one, authenticator) : undefined;
}

/** Names of managers are cut at this length, as the real server does. */
const MAX_MANAGER = 128;

function writeOptions(request: IncomingMessage, query: URLSearchParams, user: User, method: string): WriteOptions {
  const validation = query.get('fieldValidation') || 'Warn';
  const kind = method === 'PATCH' ? 'PatchOptions' : method === 'PUT' ? 'UpdateOptions' : 'CreateOptions';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw invalid('meta.k8s.io', kind, '', [notSupported('fieldValidation', validation, ['Ignore', 'Warn', 'Strict'])]);
  }
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All'))
    throw invalid('meta.k8s.io', kind, '', [notSupported('dryRun', dryRun, ['All'])]);
  const [agent = ''] = (request.headers['user-agent'] ?? '').split('/');
  const fieldManager = query.get('fieldManager') || agent.slice(0, MAX_MANAGER) || 'unknown';
  if (fieldManager.length > MAX_MANAGER)
    throw badRequest(`fieldManager: Too long: may not be more than ${MAX_MANAGER} bytes`);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: validation,
    user: user.name,
    groups: user.groups,
    warnings: [],
  };
}
