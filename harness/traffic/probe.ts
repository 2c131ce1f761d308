import type { Socket } from 'node:net';
import { once } from 'node:events';
import { Client } from 'undici';
import { anyAddress, type Sockets } from '../../agent/linux/sockets.ts';
import { peerOf } from './answer.ts';
import { endpoint } from './endpoint.ts';
import { probeIcmp, probePing } from './icmp-echo.ts';
import { ClosedEarlyError, whenAborted } from './outcome.ts';
import type { Peer, ProbeKind } from './protocol.ts';
import { probeSctp } from './sctp-association.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface ProbeRequest {
  readonly to: Target;
  readonly token: string;
  /** The request is filled up to this size, and the server fills its answer up to that of the request. */
  readonly bytes?: number | undefined;
}

/** One request over a connection of its own; resolves with the client as the server saw it, where it tells. */
export type Probe = (sockets: Sockets, request: ProbeRequest, signal: AbortSignal) => Promise<Peer | undefined>;

export const probes: Readonly<Record<ProbeKind, Probe>> = {
  tcp: probeTcp,
  udp: probeUdp,
  http: probeHttp,
  icmp: probeIcmp,
  ping: probePing,
  sctp: probeSctp,
};

async function probeTcp(sockets: Sockets, { to, token, bytes = 0 }: ProbeRequest, signal: AbortSignal): Promise<Peer> {
  const socket = sockets.connectTcp(to);
  try {
    const answer = await Promise.race([firstLine(socket, token.padEnd(bytes - 1), to), whenAborted(signal)]);
    return peerOf(filled(answer, bytes - 1), token);
  } finally {
    socket.destroy();
  }
}

async function firstLine(socket: Socket, line: string, to: Target): Promise<string> {
  socket.write(`${line}\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    const end = chunk.indexOf('\n');
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1) return Buffer.concat(chunks).toString('utf8');
  }
  throw new ClosedEarlyError(endpoint(to));
}

/** Over a connected socket: it takes answers from whom it asked only, and gets the ICMP errors about its datagrams. */
async function probeUdp(sockets: Sockets, { to, token, bytes = 0 }: ProbeRequest, signal: AbortSignal): Promise<Peer> {
  const socket = await sockets.bindUdp({ host: anyAddress(to.host), port: 0 });
  try {
    const answered = once(socket, 'message', { signal }) as Promise<[Buffer]>;
    socket.connect(to.port, to.host, () => socket.send(token.padEnd(bytes)));
    const [message] = await Promise.race([answered, whenAborted(signal)]);
    return peerOf(filled(message.toString('utf8'), bytes), token);
  } finally {
    socket.close();
  }
}

/** An answer of the size of the request. */
function filled(answer: string, bytes: number): string {
  if (answer.length < bytes) throw new Error(`asked with ${bytes} bytes, answered with ${answer.length}`);
  return answer;
}

async function probeHttp(sockets: Sockets, { to, token }: ProbeRequest, signal: AbortSignal): Promise<Peer> {
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
