import { once } from 'node:events';
import { createServer } from 'node:http';

/** As much of a Registry of prom-client as is served. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

export interface MetricsEndpoint {
  readonly source: MetricsSource;
  /** Of this node; undefined for all addresses. */
  readonly address: string | undefined;
  /** 0 serves nothing. */
  readonly port: number;
}

/** `GET /metrics` in the text format of Prometheus, and nothing else. However many ask, one answer is made at a time. */
export async function serveMetrics({ source, address, port }: MetricsEndpoint): Promise<void> {
  if (port === 0) return;
  let making: Promise<string> | null = null;
  const make = (): Promise<string> => (making ??= source.metrics().finally(() => (making = null)));
  const server = createServer(({ method, url }, response) => {
    const say = (status: number, body: string, contentType = 'text/plain'): void =>
      void response.writeHead(status, { 'content-type': contentType }).end(body);
    if (url?.split('?', 1)[0] !== '/metrics') return say(404, 'only /metrics is here\n');
    if (method !== 'GET') return say(405, 'only GET\n');
    make().then(
      (text) => say(200, text, source.contentType),
      (error: Error) => say(500, `cannot collect: ${error.message}\n`),
    );
  });
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    const at = `${address ?? 'all addresses'}, port ${port}`;
    throw new Error(`cannot serve metrics on ${at}: ${(error as Error).message}; choose another --metrics-port`, {
      cause: error,
    });
  }
}
