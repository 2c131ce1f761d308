import type { Socket as DgramSocket } from 'node:dgram';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { answerText, type Answered } from './answer.ts';
import type { Sockets } from '../../agent/linux/sockets.ts';
import { onBothFamilies } from './families.ts';
import type { ProbeKind } from './protocol.ts';

export interface Request extends Answered {
  readonly protocol: ProbeKind;
  readonly port: number;
}

/** Longest token taken from a client; more is not one of ours. */
const maxTokenLength = 256;

/**
 * Answers, on one port of both families, TCP lines, UDP datagrams and HTTP requests with `{token, address, port}` of the
 * client, an answer as long as the request where that is longer. TCP and HTTP share the port: a connection whose first bytes are `GET ` is HTTP.
 */
export async function serveEcho(
  sockets: Sockets,
  port: number,
  onRequest: (request: Request) => void = () => undefined,
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const http = httpServer(port, onRequest);
  await onBothFamilies(async (_family, any) => opened.use(await listen(sockets, any, port, http, onRequest)));
  return opened.move();
}

function httpServer(port: number, onRequest: (request: Request) => void): HttpServer {
  return createServer((request, response) => {
    const token = decodeURIComponent((request.url ?? '/').slice(1));
    const { address, sourcePort } = clientOf(request.socket);
    onRequest({ protocol: 'http', token, address, sourcePort, port });
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(answerText({ token, address, sourcePort }));
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
      const take = lineHeads((token, length) => {
        onRequest({ protocol: 'tcp', token, ...client, port });
        socket.write(`${answerText({ token, ...client }).padEnd(length)}\n`);
      });
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
    const token = message.toString('utf8', 0, maxTokenLength).trimEnd();
    const client = { token, address: from.address, sourcePort: from.port };
    onRequest({ protocol: 'udp', ...client, port });
    udp.send(answerText(client).padEnd(message.length), from.port, from.address, () => undefined);
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

/** Calls `onLine` with the token at the beginning of each line, and how long the line is without its end. */
function lineHeads(onLine: (token: string, length: number) => void): (chunk: Buffer) => void {
  let head = '';
  let length = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      head += chunk.toString('utf8', start, Math.min(end, start + maxTokenLength));
      onLine(head.slice(0, maxTokenLength).trimEnd(), length + end - start);
      start = end + 1;
      head = '';
      length = 0;
    }
    if (head.length < maxTokenLength) head += chunk.toString('utf8', start, start + maxTokenLength);
    length += chunk.length - start;
  };
}

function clientOf(socket: Socket): { address: string; sourcePort: number } {
  return { address: socket.remoteAddress ?? '', sourcePort: socket.remotePort ?? 0 };
}
