import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from './config.ts';

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** An HTTP server on loopback that answers by script and remembers what it was asked. */
export interface ScriptedServer extends AsyncDisposable {
  readonly connection: Connection;
  readonly requests: readonly ScriptedRequest[];
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  /** Resolves with the n-th request (from 1) once it has come. */
  request(n: number): Promise<ScriptedRequest>;
}

export async function scriptedServer(
  answer: (request: ScriptedRequest, response: ServerResponse, n: number) => void,
): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const waiting: { n: number; resolve: (request: ScriptedRequest) => void }[] = [];
  let connections = 0;
  const server = createServer((message, response) => {
    void bodyOf(message).then((body) => {
      const url = new URL(message.url ?? '/', 'http://server');
      const request: ScriptedRequest = {
        method: message.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        contentType: message.headers['content-type'],
        body,
      };
      requests.push(request);
      for (const entry of waiting) if (entry.n === requests.length) entry.resolve(request);
      answer(request, response, requests.length);
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connection: { server: `http://127.0.0.1:${port}`, credentials: () => Promise.resolve({ headers: {} }) },
    requests,
    connections: () => connections,
    request: (n) => {
      const there = requests[n - 1];
      return there ? Promise.resolve(there) : new Promise((resolve) => waiting.push({ n, resolve }));
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
