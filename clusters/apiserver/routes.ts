import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator, User } from './auth.ts';
import { aggregatedDiscovery, aggregatedVersion } from './discovery/aggregated.ts';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery/legacy.ts';
import { routeResource } from './handlers/route-resource.ts';
import { parseResourcePath } from './http/request-target.ts';
import { sendJson, sendText } from './http/respond.ts';
import { openApiDocument } from './openapi/documents.ts';
import type { ApiState } from './state.ts';
import { pageNotFound } from './status/api-error.ts';
import { versionInfo } from './version.ts';

export interface RouteContext {
  readonly state: ApiState;
  readonly authenticator: Authenticator;
  readonly kubeletSocket: string | undefined;
  /** host:port that clients are told. */
  readonly address: string;
}

const healthPaths = new Set(['/healthz', '/livez', '/readyz']);

/** Answers one request, or throws an ApiError. */
export async function route(
  context: RouteContext,
  user: User,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { pathname } = url;
  const path = parseResourcePath(pathname);
  if (path) return routeResource(context, user, request, response, path, url.searchParams);
  const answer = await documentAt(context, pathname, request.headers.accept);
  if (answer === undefined) {
    if (!healthPaths.has(`/${pathname.split('/')[1] ?? ''}`)) throw pageNotFound();
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('ok');
    return;
  }
  if (Buffer.isBuffer(answer.body)) sendText(response, 200, answer.body, answer.headers);
  else sendJson(response, 200, answer.body, answer.headers);
}

interface Document {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

async function documentAt(
  { state, address }: RouteContext,
  pathname: string,
  accept: string | undefined,
): Promise<Document | undefined> {
  const { registry } = state;
  const [first, group, version, ...rest] = pathname.split('/').filter((part) => part !== '');
  if (first === 'openapi') return openApiDocument(registry, pathname, accept);
  if (rest.length > 0) return undefined;
  if (pathname === '/version' || pathname === '/version/') return { body: versionInfo };
  if (pathname === '/')
    return { body: { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] } };
  if (first !== 'api' && first !== 'apis') return undefined;
  const core = first === 'api';
  if (group === undefined) {
    const aggregated = aggregatedVersion(accept);
    if (aggregated === undefined) return { body: core ? apiVersions(address) : apiGroupList(registry) };
    const type = `application/json;g=apidiscovery.k8s.io;v=${aggregated};as=APIGroupDiscoveryList`;
    return { body: aggregatedDiscovery(registry, core, aggregated), headers: { 'Content-Type': type, Vary: 'Accept' } };
  }
  const body = core
    ? apiResourceList(registry, '', group)
    : version === undefined
      ? apiGroup(registry, group)
      : apiResourceList(registry, group, version);
  return body === undefined ? undefined : { body };
}
