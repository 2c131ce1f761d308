import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Connection } from './config.ts';
import { KubeConnectionError, apiErrorFrom } from './error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Milliseconds until the response headers (stream) or the whole body (text) must be there. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Watches hold a connection each; a burst of writes must not open hundreds. */
const pool = { keepAlive: true, maxSockets: 64 };

/** Requests to one API server over keep-alive connections. */
export class HttpClient {
  readonly #connection: Connection;
  readonly #secure: boolean;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#secure = connection.server.startsWith('https:');
    this.#agent = this.#secure ? new HttpsAgent(pool) : new HttpAgent(pool);
  }

  /** The body of a 2xx answer. Throws KubeApiError or KubeConnectionError. */
  async text(request: HttpRequest): Promise<string> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
    const label = this.#label(request);
    try {
      const response = await this.#send(request, signal);
      const body = await readAll(response);
      if (!isSuccess(response)) throw apiErrorFrom(response.statusCode ?? 0, body, label);
      return body;
    } catch (error) {
      throw this.#explain(error, label, deadline, request.timeoutMs);
    }
  }

  /** A 2xx answer whose body is read by the caller; the timeout covers only the headers. */
  async stream(request: HttpRequest & { readonly signal: AbortSignal }): Promise<IncomingMessage> {
    const headersDue = new AbortController();
    const timer = setTimeout(() => headersDue.abort(), request.timeoutMs);
    const label = this.#label(request);
    try {
      const response = await this.#send(request, AbortSignal.any([request.signal, headersDue.signal]));
      if (!isSuccess(response)) throw apiErrorFrom(response.statusCode ?? 0, await readAll(response), label);
      return response;
    } catch (error) {
      throw this.#explain(error, label, headersDue.signal, request.timeoutMs);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, ...tls } = await this.#connection.credentials();
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options: RequestOptions = {
      method: request.method,
      agent: this.#agent,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'egressproof',
        ...headers,
        ...(body === undefined
          ? {}
          : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
      ...(this.#secure ? tls : {}),
    };
    for (;;) {
      const url = new URL(this.#connection.server + request.path);
      const sent = this.#secure ? httpsRequest(url, options) : httpRequest(url, options);
      try {
        return await responseOf(sent, body);
      } catch (error) {
        // The server may close an idle connection in the moment it is used again: not the fault of this request.
        if (!(sent.reusedSocket && request.method !== 'POST' && codeOf(error) === 'ECONNRESET')) throw error;
      }
    }
  }

  #label(request: HttpRequest): string {
    return `${request.method} ${request.path}`;
  }

  #explain(error: unknown, label: string, deadline: AbortSignal, timeoutMs: number): unknown {
    if (deadline.aborted) {
      return new KubeConnectionError(`${label}: no answer from ${this.#connection.server} within ${timeoutMs} ms`, {
        cause: error,
      });
    }
    // Errors of the system and of TLS carry a code; everything else is ours or the caller's abort.
    if (codeOf(error) === undefined || codeOf(error) === 'ABORT_ERR') return error;
    const why = error instanceof Error ? error.message : String(error);
    return new KubeConnectionError(`${label}: ${this.#connection.server} is not reachable: ${why || codeOf(error)}`, {
      cause: error,
    });
  }
}

function responseOf(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once('response', resolve);
  request.on('error', reject);
  // libuv probes each second after this delay: a peer that lost power is noticed in about 20 s on an idle watch.
  request.setSocketKeepAlive(true, 10_000);
  request.setNoDelay(true);
  request.end(body);
  return promise;
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}

function isSuccess(response: IncomingMessage): boolean {
  const code = response.statusCode ?? 0;
  return code >= 200 && code < 300;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
