import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { nativeSockets } from '../../../agent/linux/native-sockets.ts';
import { watchReadiness } from './readiness-probe.ts';

test('ready with the first good answer, not ready when it stays away', async () => {
  const seen: boolean[] = [];
  let status = 503;
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const stop = new AbortController();
  const { port } = server.address() as AddressInfo;
  // The address is one that only the pod's own sockets lead to.
  const sockets = { ...nativeSockets(), connectTcp: () => nativeSockets().connectTcp({ host: '127.0.0.1', port }) };
  const probe = { httpGet: { port: 1, path: '/readyz' }, periodSeconds: 0.05, failureThreshold: 2 };
  const target = { probe, podIP: '192.0.2.1', sockets, signal: stop.signal };
  const watching = watchReadiness(target, (ready) => seen.push(ready));
  status = 204;
  await expect.poll(() => seen).toEqual([true]);
  server.close();
  server.closeAllConnections();
  await expect.poll(() => seen).toEqual([true, false]);
  stop.abort();
  await watching;
});
