import { randomInt } from 'node:crypto';
import { decodeIcmp, encodeEcho, icmpProtocol, type Echo } from '../../agent/linux/icmp.ts';
import { familyOf, type IpFamily, type Sockets } from '../../agent/linux/sockets.ts';
import { answerText, peerOf, type Answered } from './answer.ts';
import { whenAborted } from './outcome.ts';
import type { Probe } from './probe.ts';
import type { Peer } from './protocol.ts';

/** An echo of the harness: which port of the witness it stands for, and its token. */
const echoForm = /^egressproof (?<port>\d+) (?<token>\S+) *$/;
/** The answer of a witness, which comes on top of that of its kernel. */
const toldPrefix = 'egressproof told ';
/** More of an echo's data is filling. */
const headBytes = 300;

const encodeData = (port: number, token: string, bytes = 0): Buffer =>
  Buffer.from(`egressproof ${port} ${token}`.padEnd(bytes));

/** Whether the data of an echo is that of a probe; null for anybody else's. */
export function parseEcho(data: Buffer): { readonly port: number; readonly token: string } | null {
  const { port, token } = echoForm.exec(data.toString('latin1', 0, headBytes))?.groups ?? {};
  return port === undefined || token === undefined ? null : { port: Number(port), token };
}

/** Asks for an echo and waits for the same data, id and sequence number to come back, and for the witness to tell. */
export const probeIcmp: Probe = async (sockets, request, signal) => {
  const [, told] = await exchange(sockets, request, signal, true);
  return told;
};

/** Asks for an echo and waits for the same data, id and sequence number to come back. */
export const probePing: Probe = async (sockets, request, signal) => {
  await exchange(sockets, request, signal, false);
  return undefined;
};

async function exchange(
  sockets: Sockets,
  { to, token, bytes }: Parameters<Probe>[1],
  signal: AbortSignal,
  wantsTold: boolean,
): Promise<[echoed: undefined, told: Peer | undefined]> {
  const family = familyOf(to.host);
  using raw = sockets.open({ family, type: 'raw', protocol: icmpProtocol[family] });
  const sent: Echo = {
    kind: 'echo request',
    id: randomInt(0x10000),
    seq: randomInt(0x10000),
    data: encodeData(to.port, token, bytes),
  };
  const echoed = Promise.withResolvers<undefined>();
  const told = Promise.withResolvers<Peer>();
  raw.onDatagram(
    (message) => {
      const answer = decodeIcmp(family, message);
      if (answer?.kind !== 'echo reply' || answer.id !== sent.id || answer.seq !== sent.seq) return;
      const text = answer.data.toString('utf8');
      if (answer.data.equals(sent.data)) echoed.resolve(undefined);
      else if (text.startsWith(toldPrefix)) told.resolve(peerOf(text.slice(toldPrefix.length), token));
      else told.reject(new Error(`asked for an echo of ${sent.data.length} bytes, got ${answer.data.length} others`));
    },
    (error) => told.reject(error instanceof Error ? error : new Error(String(error))),
  );
  raw.send(encodeEcho(family, sent), to);
  const both = Promise.all([echoed.promise, wantsTold ? told.promise : undefined]);
  // Awaited here: the socket is closed when this returns.
  return await Promise.race([both, whenAborted(signal)]);
}

/** Tells whoever asks for an echo in the name of an open port who it was seen as. The kernel answers as always. */
export function answerEchoes(
  sockets: Sockets,
  family: IpFamily,
  isOpen: (port: number) => boolean,
  onRequest: (request: Answered & { readonly port: number }) => void,
): Disposable {
  const raw = sockets.open({ family, type: 'raw', protocol: icmpProtocol[family] });
  raw.onDatagram((message, from) => {
    const asked = decodeIcmp(family, message);
    if (asked?.kind !== 'echo request') return;
    const probe = parseEcho(asked.data);
    if (probe === null || !isOpen(probe.port)) return;
    const client = { token: probe.token, address: from, sourcePort: asked.id };
    onRequest({ ...client, port: probe.port });
    const data = Buffer.from(`${toldPrefix}${answerText(client)}`.padEnd(asked.data.length));
    raw.send(encodeEcho(family, { ...asked, kind: 'echo reply', data }), { host: from });
  });
  return raw;
}
