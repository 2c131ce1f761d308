import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, internal } from '../status/api-error.ts';

/** Writes a JSON text, or the bytes of another type. */
export function sendText(
  response: ServerResponse,
  code: number,
  text: string | Buffer,
  headers: Record<string, string> = {},
): void {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  response.writeHead(code, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Content-Length': body.length,
    ...headers,
  });
  response.end(body);
}

export const sendJson = (
  response: ServerResponse,
  code: number,
  value: unknown,
  headers?: Record<string, string>,
): void => sendText(response, code, `${JSON.stringify(value)}\n`, headers);

/** Any failure as a Status; what is not an ApiError is a fault of this server, and is logged. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  let failure: ApiError;
  if (error instanceof ApiError) failure = error;
  else {
    console.error(`${request.method} ${request.url}:`, error);
    failure = internal(error instanceof Error ? error.message : String(error));
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retry = failure.details?.retryAfterSeconds;
  sendJson(response, failure.code, failure.status(), {
    ...(retry === undefined ? {} : { 'Retry-After': String(retry) }),
    // The rest of a body that was refused must not be read as the next request.
    ...(failure.code === 413 ? { Connection: 'close' } : {}),
  });
}

/** The `Warning` headers that kubectl prints. RFC 7234 5.5, code 299. */
export function warningHeaders(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  const quoted = warnings.map((text) => `299 - "${text.replace(/[\\"]/g, '\\$&')}"`);
  response.setHeader('Warning', quoted);
}
