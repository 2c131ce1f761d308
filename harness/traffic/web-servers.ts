import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { answerText } from './answer.ts';
import type { Request } from './echo-server.ts';
import { lineHeads } from './line-heads.ts';

/** By the first four bytes of a connection that it takes. */
export type WebServers = Readonly<Record<string, HttpServer | Http2Server | undefined>>;

/** HTTP/1.1 with WebSocket, and HTTP/2 whose client knows that we speak it (RFC 9113, section 3.3). */
export function webServersBy(port: number, onRequest: (request: Request) => void): WebServers {
  return { 'GET ': httpServer(port, onRequest), 'PRI ': http2Server(port, onRequest) };
}

export function clientOf(socket: Partial<Pick<Socket, 'remoteAddress' | 'remotePort'>>): {
  address: string;
  sourcePort: number;
} {
  return { address: socket.remoteAddress ?? '', sourcePort: socket.remotePort ?? 0 };
}

function httpServer(port: number, onRequest: (request: Request) => void): HttpServer {
  const server = createServer((request, response) => {
    const token = decodeURIComponent((request.url ?? '/').slice(1));
    const client = { token, ...clientOf(request.socket) };
    onRequest({ protocol: 'http', ...client, port });
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(answerText(client));
  });
  const webSockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const peer = clientOf(request.socket);
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate());
      webSocket.on('message', (data: Buffer) => {
        const client = { token: data.toString('utf8'), ...peer };
        onRequest({ protocol: 'websocket', ...client, port });
        webSocket.send(answerText(client));
      });
    });
  });
  return server;
}

function http2Server(port: number, onRequest: (request: Request) => void): Http2Server {
  const server = createHttp2Server();
  server.on('stream', (stream) => {
    const peer = clientOf((stream.session?.socket as Socket | undefined) ?? {});
    stream.on('error', () => stream.close());
    stream.respond({ ':status': 200 });
    const take = lineHeads((token) => {
      const client = { token, ...peer };
      onRequest({ protocol: 'http2', ...client, port });
      stream.write(`${answerText(client)}\n`);
    });
    stream.on('data', take);
  });
  return server;
}
