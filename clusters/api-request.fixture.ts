import { request } from 'node:https';
import { loadConnection } from '../agent/kube/config.ts';

export interface Answer {
  readonly code: number;
  /** JSON, or the lines of a watch. */
  readonly body: Record<string, unknown> & { readonly message?: string; readonly reason?: string };
  readonly text: string;
}

/** Bare requests, so that what is compared is the server's own words and not what a client makes of them. */
export type ApiRequest = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export async function apiRequests(kubeconfig: string): Promise<ApiRequest> {
  const connection = await loadConnection({ kubeconfig });
  return async (method, path, body, headers = {}) => {
    const { headers: authorization, ...tls } = await connection.credentials();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request(
      new URL(path, connection.server),
      {
        ...tls,
        method,
        headers: {
          accept: 'application/json',
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...authorization,
          ...headers,
        },
      },
      (response) => {
        let received = '';
        response.on('data', (chunk: Buffer) => (received += chunk.toString()));
        response.on('end', () => {
          resolve({ code: response.statusCode ?? 0, body: parsed(received), text: received });
        });
        response.on('error', reject);
      },
    );
    outgoing.once('error', reject);
    outgoing.end(text);
    return promise;
  };
}

function parsed(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return {};
  }
}

export const metadataOf = ({ body }: Answer): Record<string, unknown> =>
  (body['metadata'] ?? {}) as Record<string, unknown>;

/** What a refusal says. */
export const heard = ({ code, body }: Answer): unknown => [code, body.reason, body.message];

export const patchType = (type: string): Readonly<Record<string, string>> => ({
  'content-type': `application/${type}`,
});

/** A ConfigMap. */
export const map = (name: string, data: object = {}, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
