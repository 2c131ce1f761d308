import type { Socket as DgramSocket } from 'node:dgram';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Sockets } from '../../agent/linux/sockets.ts';
import type { ProbeKind } from './protocol.ts';

export interface Request {
  readonly protocol: ProbeKind;
  readonly token: string;
  readonly address: string;
  readonly sourcePort: number;
  readonly port: number;
}

/** Longest token taken from a client; more is not one of ours. */
const maxTokenLength = 256;

/**
 * Answers, on one port of both families, TCP lines, UDP datagrams and HTTP requests with `{token, address, port}` of the
 * client. TCP and HTTP share the port: a connection whose first bytes are `GET ` is HTTP.
 */
export async function serveEcho(
  sockets: Sockets,
  port: number,
  onRequest: (request: Request) => void = () => undefined,
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const http = httpServer(port, onRequest);
  opened.use(await listen(sockets, '0.0.0.0', port, http, onRequest));
  const v6 = await listen(sockets, '::', port, http, onRequest).catch(unlessWithoutIpv6);
  if (v6 !== undefined) opened.use(v6);
  return opened.move();
}

/** A kernel without IPv6 has no such sockets, and nobody who would ask over IPv6. */
function unlessWithoutIpv6(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
}

function httpServer(port: number, onRequest: (request: Request) => void): HttpServer {
  return createServer((request, response) => {
    const token = decodeURIComponent((request.url ?? '/').slice(1));
    const { address, sourcePort } = clientOf(request.socket);
    onRequest({ protocol: 'http', token, address, sourcePort, port });
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(answer(token, address, sourcePort));
  });
}

async function listen(
  sockets: Sockets,
  host: string,
  port: number,
  http: HttpServer,
  onRequest: (request: Request) => void,
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const tcp = await sockets.listenTcp({ host, port, backlog: 511 }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const client = clientOf(socket);
    socket.once('data', (first: Buffer) => {
      if (first.toString('latin1', 0, 4) === 'GET ') {
        socket.unshift(first);
        http.emit('connection', socket);
        return;
      }
      let rest = '';
      const take = (chunk: Buffer): void => {
        const parts = (rest + chunk.toString('utf8')).split('\n');
        rest = (parts.pop() ?? '').slice(0, maxTokenLength);
        for (const token of parts) {
          onRequest({ protocol: 'tcp', token, ...client, port });
          socket.write(`${answer(token, client.address, client.sourcePort)}\n`);
        }
      };
      socket.on('data', take);
      take(first);
    });
  });
  let udp: DgramSocket;
  try {
    udp = await sockets.bindUdp({ host, port });
  } catch (error) {
    tcp.close();
    throw error;
  }
  udp.on('message', (message, from) => {
    const token = message.toString('utf8').slice(0, maxTokenLength);
    onRequest({ protocol: 'udp', token, address: from.address, sourcePort: from.port, port });
    udp.send(answer(token, from.address, from.port), from.port, from.address, () => undefined);
  });
  // An unreachable client comes back as an error of the shared socket; the other clients must not notice.
  udp.on('error', () => undefined);
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      udp.close();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}

function answer(token: string, address: string, port: number): string {
  return JSON.stringify({ token, address, port });
}

function clientOf(socket: Socket): { address: string; sourcePort: number } {
  return { address: socket.remoteAddress ?? '', sourcePort: socket.remotePort ?? 0 };
}
