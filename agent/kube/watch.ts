import type { HttpClient } from './http.ts';
import { KubeApiError } from './error.ts';
import type { KubeObject } from './object.ts';

export interface WatchEvent<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/**
 * Events of one watch request, until the server ends it. Throws KubeApiError for a refused watch and for an ERROR event
 * (e.g. 410 Expired), and ends a connection that is still open `graceMs` after the server should have closed it.
 */
export async function* watchOnce<T extends KubeObject>(
  http: HttpClient,
  path: string,
  options: {
    readonly timeoutSeconds: number;
    readonly graceMs: number;
    readonly connectTimeoutMs: number;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<WatchEvent<T>> {
  const overdue = AbortSignal.timeout(options.timeoutSeconds * 1000 + options.graceMs);
  const response = await http.stream({
    method: 'GET',
    path,
    timeoutMs: options.connectTimeoutMs,
    signal: AbortSignal.any([options.signal, overdue]),
  });
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() !== '') yield eventOf<T>(line);
      }
    }
  } catch (error) {
    // The server kept silent past its own time limit: the same as an end of the watch.
    if (!overdue.aborted) throw error;
  }
}

function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as
    WatchEvent<T> | { type: 'ERROR'; object: { code?: number; reason?: string; message?: string } };
  if (event.type !== 'ERROR') return event;
  const { code = 500, reason = 'Unknown', message = 'watch error' } = event.object;
  throw new KubeApiError(code, reason, `watch: ${message}`);
}
