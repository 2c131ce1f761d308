import type { Socket as DgramSocket } from 'node:dgram';
import { isIP, type Socket } from 'node:net';
import { answerText, type Answered } from './answer.ts';
import type { Sockets } from '../../agent/linux/sockets.ts';
import { onBothFamilies } from './families.ts';
import { lineHeads, maxAnswerLength, maxTokenLength } from './line-heads.ts';
import type { RequestKind } from './protocol.ts';
import { clientOf, webServersBy, type WebServers } from './web-servers.ts';

export interface Request extends Answered {
  readonly protocol: RequestKind;
  readonly port: number;
}

/**
 * Answers, on one port of both families, TCP lines, UDP datagrams and HTTP requests with `{token, address, port}` of the
 * client, an answer as long as the request where that is longer (a line's up to 1 MiB). TCP and HTTP share the port: a
 * connection that begins as HTTP does is HTTP, of version 1.1 (and WebSocket) or 2. `udpAt`: addresses that datagrams are
 * taken at, instead of all, for a host with several addresses does not answer them with the one that was asked.
 */
export async function serveEcho(
  sockets: Sockets,
  port: number,
  onRequest: (request: Request) => void = () => undefined,
  udpAt: readonly string[] = [],
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const webServers = webServersBy(port, onRequest);
  await onBothFamilies(async (family, any) => {
    const udpHost = udpAt.find((address) => isIP(address) === family) ?? any;
    opened.use(await listen(sockets, { host: any, udpHost }, port, webServers, onRequest));
  });
  return opened.move();
}

async function listen(
  sockets: Sockets,
  { host, udpHost }: { readonly host: string; readonly udpHost: string },
  port: number,
  webServers: WebServers,
  onRequest: (request: Request) => void,
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const tcp = await sockets.listenTcp({ host, port, backlog: 511 }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const client = clientOf(socket);
    socket.once('data', (first: Buffer) => {
      const web = webServers[first.toString('latin1', 0, 4)];
      if (web !== undefined) {
        socket.unshift(first);
        web.emit('connection', socket);
        return;
      }
      const take = lineHeads((token, length) => {
        onRequest({ protocol: 'tcp', token, ...client, port });
        socket.write(`${answerText({ token, ...client }).padEnd(Math.min(length, maxAnswerLength))}\n`);
      });
      socket.on('data', take);
      take(first);
    });
  });
  let udp: DgramSocket;
  try {
    udp = await sockets.bindUdp({ host: udpHost, port });
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
