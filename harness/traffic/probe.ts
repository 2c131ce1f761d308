import type { Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { anyAddress, familyOf, type Sockets } from '../../agent/linux/sockets.ts';
import { peerOf } from './answer.ts';
import { endpoint } from './endpoint.ts';
import { probeIcmp, probePing } from './icmp-echo.ts';
import { maxAnswerLength } from './line-heads.ts';
import { ClosedEarlyError, whenAborted } from './outcome.ts';
import type { Peer, ProbeKind, RequestShape } from './protocol.ts';
import { probeSctp } from './sctp-association.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A request is filled up to its size, and the server fills its answer up to that of the request. */
export interface ProbeRequest extends RequestShape {
  readonly to: Target;
  readonly token: string;
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

async function probeTcp(
  sockets: Sockets,
  { to, token, bytes = 0, sourcePort }: ProbeRequest,
  signal: AbortSignal,
): Promise<Peer> {
  const socket = sockets.connectTcp({ ...to, ...(sourcePort === undefined ? {} : { localPort: sourcePort }) });
  try {
    const answer = await Promise.race([firstLine(socket, token.padEnd(bytes - 1), to), whenAborted(signal)]);
    return peerOf(filled(answer, Math.min(bytes - 1, maxAnswerLength)), token);
  } finally {
    // Else the port would not be free for a minute (TIME_WAIT).
    if (sourcePort !== undefined) socket.resetAndDestroy();
    socket.destroy();
  }
}

/** 13 MB/s: a capture that all cases share has to keep up. */
const paced = { bytes: 64 * 1024, everyMs: 5 };

async function writePaced(socket: Socket, data: Buffer): Promise<void> {
  for (let at = 0; at < data.length && !socket.destroyed; at += paced.bytes) {
    if (at > 0) await sleep(paced.everyMs);
    socket.write(data.subarray(at, at + paced.bytes));
  }
}

async function firstLine(socket: Socket, line: string, to: Target): Promise<string> {
  void writePaced(socket, Buffer.from(`${line}\n`));
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const end = chunk.indexOf('\n');
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1) return Buffer.concat(chunks).toString('utf8');
  }
  throw new ClosedEarlyError(endpoint(to));
}

/** As probeUdp, over a socket whose IP header can be chosen. */
async function probeUdpHeader(
  sockets: Sockets,
  { to, token, trafficClass = 0, ipOptions = false }: ProbeRequest,
  signal: AbortSignal,
): Promise<Peer> {
  using socket = sockets.open({ family: familyOf(to.host), type: 'datagram', protocol: 17 });
  socket.set('trafficClass', trafficClass);
  if (ipOptions) socket.setHeaderOptions(noOperations);
  socket.connect(to);
  const answer = new Promise<string>((resolve, reject) => {
    socket.onDatagram((payload) => resolve(payload.toString('utf8')), reject);
  });
  socket.send(Buffer.from(token), to);
  return peerOf(await Promise.race([answer, whenAborted(signal)]), token);
}

/** Three times "no operation", and the end of the list. */
const noOperations = Buffer.from([1, 1, 1, 0]);

/** Over a connected socket: it takes answers from whom it asked only, and gets the ICMP errors about its datagrams. */
async function probeUdp(sockets: Sockets, request: ProbeRequest, signal: AbortSignal): Promise<Peer> {
  if (request.trafficClass !== undefined || request.ipOptions === true) {
    return probeUdpHeader(sockets, request, signal);
  }
  const { to, token, bytes = 0, sourcePort = 0 } = request;
  const socket = await sockets.bindUdp({ host: anyAddress(to.host), port: sourcePort });
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
