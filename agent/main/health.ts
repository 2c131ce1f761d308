import { once } from 'node:events';
import { createServer } from 'node:http';

/** `GET /readyz` answers 200 once the program does its work, 503 before; `/healthz` 200 for as long as it runs. */
export async function serveHealth(port: number, isReady: () => boolean): Promise<void> {
  const server = createServer(({ url }, response) => {
    const status = url === '/healthz' || (url === '/readyz' && isReady()) ? 200 : url === '/readyz' ? 503 : 404;
    response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 200 ? 'ok\n' : 'not ready\n');
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `cannot serve health on 127.0.0.1:${port}: ${(error as Error).message}; choose another --health-port`,
    );
  }
}
