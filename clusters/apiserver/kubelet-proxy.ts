/**
 * Exec, attach and logs: the API server hands them on to the kubelets' HTTP server, which listens on a unix socket
 * (`--kubelet-socket`) and speaks for the pods of all nodes. The contract:
 *
 * - `/exec/NAMESPACE/POD/CONTAINER?command=a&command=b&stdin=true&stdout=true&stderr=true&tty=false` and
 *   `/attach/NAMESPACE/POD/CONTAINER?stdin=...`: the client's own request with its `Upgrade: websocket` handshake, its
 *   subprotocols (`v5.channel.k8s.io`, `v4.channel.k8s.io`) and, from then on, its raw bytes both ways. The kubelet
 *   answers the handshake, runs the command, and ends with the Status of the v4 protocol on the error channel.
 * - `/containerLogs/NAMESPACE/POD/CONTAINER?follow=&tailLines=&sinceSeconds=&sinceTime=&timestamps=&previous=&limitBytes=`:
 *   a GET whose answer, code, headers and body, is passed on as it comes.
 *
 * The query is the client's own, without `container`: the API server has resolved it, with the errors of a real one.
 */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ApiObject } from './object.ts';
import { ApiError, badRequest } from './status/api-error.ts';

export type PodSubresource = 'exec' | 'attach' | 'log';

const kubeletPaths = { exec: 'exec', attach: 'attach', log: 'containerLogs' } as const;

/** The container that is meant; throws the 400 of a real API server. */
function chooseContainer(pod: ApiObject, wanted: string | null): string {
  const names = (key: string): string[] => ((pod['spec'][key] ?? []) as { name: string }[]).map(({ name }) => name);
  const containers = names('containers');
  const initContainers = names('initContainers');
  if (wanted) {
    if ([...containers, ...initContainers, ...names('ephemeralContainers')].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  const [only = '', ...others] = containers;
  if (others.length === 0) return only;
  const init = initContainers.length > 0 ? ` or one of the init containers: [${initContainers.join(' ')}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${containers.join(' ')}]${init}`,
  );
}

/** The kubelet's path for a request of a client. Throws while the pod has no node, or for logs no started container. */
export function kubeletPath(pod: ApiObject, subresource: PodSubresource, query: URLSearchParams): string {
  const container = chooseContainer(pod, query.get('container'));
  const { namespace = '', name } = pod.metadata;
  if (!pod['spec'].nodeName) {
    // A log of a pod that is not scheduled is empty; the other two cannot be.
    if (subresource !== 'log') throw badRequest(`pod ${name} does not have a host assigned`);
    return '';
  }
  if (subresource === 'log') refuseWaiting(pod, container);
  const forwarded = new URLSearchParams(query);
  forwarded.delete('container');
  const segments = [kubeletPaths[subresource], namespace, name, container].map(encodeURIComponent);
  return `/${segments.join('/')}?${forwarded.toString()}`;
}

function refuseWaiting(pod: ApiObject, container: string): void {
  const statuses: { name: string; state?: { waiting?: { reason?: string } }; lastState?: { terminated?: object } }[] = [
    ...(pod['status']?.containerStatuses ?? []),
    ...(pod['status']?.initContainerStatuses ?? []),
  ];
  const waiting = statuses.find(({ name }) => name === container)?.state?.waiting;
  if (!waiting?.reason || waiting.reason === 'CrashLoopBackOff') return;
  throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waiting.reason}`);
}

const unavailable = (socketPath: string | undefined, why: string): ApiError =>
  new ApiError(
    500,
    'InternalError',
    `Internal error occurred: error dialing backend: ${socketPath ?? 'no kubelet socket'}: ${why}`,
    {
      causes: [{ message: why }],
    },
  );

/** Passes a plain request (logs) on and streams the answer back. */
export async function proxyRequest(
  socketPath: string | undefined,
  path: string,
  response: ServerResponse,
): Promise<void> {
  if (path === '') {
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end();
    return;
  }
  if (socketPath === undefined) throw unavailable(socketPath, 'the API server was started without --kubelet-socket');
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest({ socketPath, path, method: 'GET' }, resolve);
    outgoing.once('error', (error) => reject(unavailable(socketPath, error.message)));
    response.once('close', () => outgoing.destroy());
    outgoing.end();
  });
  response.writeHead(answer.statusCode ?? 500, { 'Content-Type': answer.headers['content-type'] ?? 'text/plain' });
  // A first line of a followed log must not wait for the second.
  response.flushHeaders();
  answer.on('error', () => response.destroy());
  answer.pipe(response);
}

/** Passes an upgrade on: the handshake as it came, then bytes both ways until either side ends. */
export function proxyUpgrade(
  socketPath: string,
  path: string,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  onFailure: (error: ApiError) => void,
): void {
  const kubelet = connect(socketPath);
  let connected = false;
  kubelet.once('connect', () => {
    connected = true;
    const headers: string[] = [];
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const name = request.rawHeaders[i] ?? '';
      if (/^(host|authorization)$/i.test(name)) continue;
      headers.push(`${name}: ${request.rawHeaders[i + 1] ?? ''}`);
    }
    kubelet.write(`GET ${path} HTTP/1.1\r\nHost: kubelet\r\n${headers.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) kubelet.write(head);
    client.pipe(kubelet);
    kubelet.pipe(client);
  });
  kubelet.on('error', (error) => {
    if (connected) client.destroy();
    else onFailure(unavailable(socketPath, error.message));
  });
  client.on('error', () => kubelet.destroy());
  client.once('close', () => kubelet.destroy());
  kubelet.once('close', () => client.end());
}
