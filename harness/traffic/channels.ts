import { connect as connectHttp2 } from 'node:http2';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { anyAddress, type Sockets } from '../../agent/linux/sockets.ts';
import { endpoint } from './endpoint.ts';
import type { Target } from './probe.ts';
import type { StreamKind } from './protocol.ts';

/** One connection, over which tokens are sent and answers come back. */
export interface Channel {
  send(token: string): void;
  close(): void;
}

export interface ChannelEvents {
  readonly onAnswer: (text: string) => void;
  readonly onError: (error: Error) => void;
  readonly onClose: () => void;
}

/** Begins the connection; what is sent before it stands waits for it. */
type Open = (sockets: Sockets, to: Target, events: ChannelEvents) => Promise<Channel>;

export const channels: Readonly<Record<StreamKind, Open>> = {
  stream: openTcp,
  'udp-stream': openUdp,
  http2: openHttp2,
  websocket: openWebSocket,
};

async function openTcp(sockets: Sockets, to: Target, { onAnswer, onError, onClose }: ChannelEvents): Promise<Channel> {
  const socket = sockets.connectTcp(to);
  socket.on('error', onError).on('close', onClose);
  createInterface({ input: socket })
    .on('line', onAnswer)
    .on('error', () => undefined);
  return { send: (token) => void socket.write(`${token}\n`), close: () => void socket.destroy() };
}

async function openUdp(sockets: Sockets, to: Target, { onAnswer, onError }: ChannelEvents): Promise<Channel> {
  const socket = await sockets.bindUdp({ host: anyAddress(to.host), port: 0 });
  socket.on('error', onError).on('message', (message) => onAnswer(message.toString('utf8')));
  await new Promise<void>((resolve) => socket.connect(to.port, to.host, resolve));
  return { send: (token) => socket.send(token), close: () => void socket.close() };
}

/** One stream of HTTP/2 without TLS, open in both directions (RFC 9113, section 3.3). */
async function openHttp2(
  sockets: Sockets,
  to: Target,
  { onAnswer, onError, onClose }: ChannelEvents,
): Promise<Channel> {
  const session = connectHttp2(`http://${endpoint(to)}`, { createConnection: () => sockets.connectTcp(to) });
  const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
  session.on('error', onError).on('close', onClose);
  stream.on('error', onError);
  createInterface({ input: stream })
    .on('line', onAnswer)
    .on('error', () => undefined);
  return { send: (token) => void stream.write(`${token}\n`), close: () => session.destroy() };
}

async function openWebSocket(
  sockets: Sockets,
  to: Target,
  { onAnswer, onError, onClose }: ChannelEvents,
): Promise<Channel> {
  const socket = new WebSocket(`ws://${endpoint(to)}/`, { createConnection: () => sockets.connectTcp(to) });
  socket.on('error', onError).on('close', onClose);
  socket.on('message', (data: Buffer) => onAnswer(data.toString('utf8')));
  const opened = new Promise<void>((resolve) => socket.once('open', resolve));
  return { send: (token) => void opened.then(() => socket.send(token)), close: () => socket.terminate() };
}
