import type { Socket } from 'node:net';
import { once } from 'node:events';
import { Client } from 'undici';
import { z } from 'zod';
import { anyAddress, type Sockets } from '../../agent/linux/sockets.ts';
import { endpoint } from './endpoint.ts';
import { ClosedEarlyError, whenAborted } from './outcome.ts';
import type { Peer, ProbeKind } from './protocol.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

const reply = z.object({ token: z.string(), address: z.string(), port: z.int() });

/** One request over a connection of its own; resolves with the client as the server saw it. */
export type Probe = (sockets: Sockets, to: Target, token: string, signal: AbortSignal) => Promise<Peer>;

export const probes: Readonly<Record<ProbeKind, Probe>> = { tcp: probeTcp, udp: probeUdp, http: probeHttp };

async function probeTcp(sockets: Sockets, to: Target, token: string, signal: AbortSignal): Promise<Peer> {
  const socket = sockets.connectTcp(to);
  try {
    return await Promise.race([firstLine(socket, token, to), whenAborted(signal)]);
  } finally {
    socket.destroy();
  }
}

async function firstLine(socket: Socket, token: string, to: Target): Promise<Peer> {
  socket.write(`${token}\n`);
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('\n')) return peerOf(text.slice(0, text.indexOf('\n')), token);
  }
  throw new ClosedEarlyError(endpoint(to));
}

async function probeUdp(sockets: Sockets, to: Target, token: string, signal: AbortSignal): Promise<Peer> {
  const socket = await sockets.bindUdp({ host: anyAddress(to.host), port: 0 });
  try {
    const answered = once(socket, 'message', { signal }) as Promise<[Buffer]>;
    socket.send(token, to.port, to.host);
    const [message] = await Promise.race([answered, whenAborted(signal)]);
    return peerOf(message.toString('utf8'), token);
  } finally {
    socket.close();
  }
}

async function probeHttp(sockets: Sockets, to: Target, token: string, signal: AbortSignal): Promise<Peer> {
  const client = new Client(`http://${endpoint(to)}`, {
    pipelining: 0,
    connect: (_options, callback) => {
      const socket = sockets.connectTcp(to);
      socket.once('connect', () => callback(null, socket));
      socket.once('error', (error) => callback(error, null));
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
    },
  });
  try {
    const asked = client.request({ path: `/${encodeURIComponent(token)}`, method: 'GET', reset: true, signal });
    const response = await Promise.race([asked, whenAborted(signal)]);
    return peerOf(await response.body.text(), token);
  } finally {
    void client.destroy().catch(() => undefined);
  }
}

/** An answer that belongs to another token would prove nothing about this one. */
function peerOf(text: string, token: string): Peer {
  const { address, port, token: answered } = reply.parse(JSON.parse(text));
  if (answered !== token) throw new Error(`asked with token ${token}, answered for ${answered}`);
  return { address, port };
}
