import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { parseResourcePath } from '../http/request-target.ts';
import { kubeletPath, proxyUpgrade } from '../kubelet-proxy.ts';
import type { RouteContext } from '../routes.ts';
import { ApiError, badRequest, internal, notFound, pageNotFound } from '../status/api-error.ts';

/** An upgraded connection: exec or attach of a pod, spliced to the kubelet. */
export function upgrade(context: RouteContext, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refuse = (error: unknown): void => {
    const failure =
      error instanceof ApiError ? error : internal(error instanceof Error ? error.message : String(error));
    const body = JSON.stringify(failure.status());
    const headers = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
    socket.end(`HTTP/1.1 ${failure.code} ${STATUS_CODES[failure.code] ?? ''}\r\n${headers}\r\n\r\n${body}`);
  };
  socket.on('error', () => socket.destroy());
  try {
    const url = new URL(request.url ?? '/', 'https://apiserver');
    context.authenticator.authenticate(request, url.pathname);
    const path = parseResourcePath(url.pathname);
    if (!path || path.plural !== 'pods' || path.name === undefined || path.namespace === undefined)
      throw pageNotFound();
    const { subresource, name, namespace } = path;
    if (subresource !== 'exec' && subresource !== 'attach') throw pageNotFound();
    // SPDY, the protocol before WebSocket, is not spoken; kubectl asks for it only when told to.
    if (!/websocket/i.test(request.headers.upgrade ?? ''))
      throw badRequest(`unable to upgrade: only websocket is supported, got ${request.headers.upgrade ?? ''}`);
    if (subresource === 'exec' && url.searchParams.getAll('command').length === 0)
      throw badRequest('you must specify at least 1 container command');
    const pod = context.state.find('pods', namespace, name);
    if (!pod) throw notFound({ group: '', plural: 'pods' }, name);
    const target = kubeletPath(pod, subresource, url.searchParams);
    if (context.kubeletSocket === undefined)
      throw internal('error dialing backend: the API server was started without --kubelet-socket');
    proxyUpgrade(context.kubeletSocket, target, request, socket, head, refuse);
  } catch (error) {
    refuse(error);
  }
}
