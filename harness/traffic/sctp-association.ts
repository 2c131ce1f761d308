import { randomInt } from 'node:crypto';
import {
  decodeData,
  decodeInitiation,
  decodeSctp,
  encodeData,
  encodeInitiation,
  encodeReceived,
  encodeSctp,
  sctpProtocol,
  type Chunk,
  type ChunkType,
  type SctpPacket,
} from '../../agent/linux/sctp.ts';
import { familyOf, type IpFamily, type Sockets } from '../../agent/linux/sockets.ts';
import { answerText, peerOf, type Answered } from './answer.ts';
import { endpoint } from './endpoint.ts';
import { ClosedEarlyError, whenAborted } from './outcome.ts';
import type { Probe } from './probe.ts';

/** A packet that is not answered is sent again after this long. */
const againMs = 400;
const none = Buffer.alloc(0);
const newTag = (): number => randomInt(1, 2 ** 32);

const valueOf = (packet: SctpPacket, wanted: ChunkType): Buffer | undefined =>
  packet.chunks.find(({ type }) => type === wanted)?.value;

/**
 * An association over raw sockets, so that it needs no SCTP in the kernel of either side: set up with a cookie, one
 * message each way, shut down.
 */
export const probeSctp: Probe = async (sockets, { to, token }, signal) => {
  using raw = sockets.open({ family: familyOf(to.host), type: 'raw', protocol: sctpProtocol });
  const sport = randomInt(49_152, 65_536);
  const [ownTag, ownTsn] = [newTag(), newTag()];
  let waiting: { wanted: ChunkType; resolve: (value: Buffer) => void } | undefined;
  const broken = Promise.withResolvers<never>();
  raw.onDatagram(
    (bytes) => {
      const packet = decodeSctp(bytes);
      if (packet?.dport !== sport || packet.sport !== to.port || packet.tag !== ownTag) return;
      if (valueOf(packet, 'abort') !== undefined) broken.reject(new ClosedEarlyError(endpoint(to)));
      const value = waiting === undefined ? undefined : valueOf(packet, waiting.wanted);
      if (value !== undefined) waiting?.resolve(value);
    },
    (error) => broken.reject(error instanceof Error ? error : new Error(String(error))),
  );
  const send = (tag: number, chunks: readonly Chunk[]): void =>
    raw.send(encodeSctp({ sport, dport: to.port, tag, chunks }), to);
  const ask = async (tag: number, chunks: readonly Chunk[], wanted: ChunkType): Promise<Buffer> => {
    const answer = new Promise<Buffer>((resolve) => (waiting = { wanted, resolve }));
    const timer = setInterval(() => send(tag, chunks), againMs);
    try {
      send(tag, chunks);
      return await Promise.race([answer, broken.promise, whenAborted(signal)]);
    } finally {
      clearInterval(timer);
    }
  };

  const init = encodeInitiation({ tag: ownTag, tsn: ownTsn, cookie: null });
  const theirs = decodeInitiation(await ask(0, [{ type: 'init', value: init }], 'initAck'));
  if (theirs === null || theirs.cookie === null) throw new Error(`${endpoint(to)} sent an INIT ACK without a cookie`);
  const asked: Chunk[] = [
    { type: 'cookieEcho', value: theirs.cookie },
    { type: 'data', value: encodeData(ownTsn, Buffer.from(token)) },
  ];
  const told = decodeData(await ask(theirs.tag, asked, 'data'));
  if (told === null) throw new Error(`${endpoint(to)} sent a DATA chunk cut short`);
  const end = (['sack', 'shutdown'] as const).map((type) => ({ type, value: encodeReceived(type, told.tsn) }));
  await ask(theirs.tag, end, 'shutdownAck');
  send(theirs.tag, [{ type: 'shutdownComplete', value: none }]);
  return peerOf(told.data.toString('utf8'), token);
};

/** What a server puts into its cookie, so that it need not remember who has only said INIT. */
interface Cookie {
  readonly clientTag: number;
  readonly ownTag: number;
  readonly ownTsn: number;
}

/** Takes associations on the open ports, and tells each client who it was seen as. */
export function answerAssociations(
  sockets: Sockets,
  family: IpFamily,
  isOpen: (port: number) => boolean,
  onRequest: (request: Answered & { readonly port: number }) => void,
): Disposable {
  const raw = sockets.open({ family, type: 'raw', protocol: sctpProtocol });
  /** Tags by which clients of associations want to be called. */
  const clientTags = new Map<string, number>();
  raw.onDatagram((bytes, from) => {
    const packet = decodeSctp(bytes);
    if (packet === null || !isOpen(packet.dport)) return;
    const { sport, dport } = packet;
    const reply = (tag: number, chunks: readonly Chunk[]): void =>
      raw.send(encodeSctp({ sport: dport, dport: sport, tag, chunks }), { host: from });
    const key = `${endpoint({ host: from, port: sport })} ${dport}`;
    const init = decodeInitiation(valueOf(packet, 'init') ?? none);
    if (init !== null) {
      const cookie: Cookie = { clientTag: init.tag, ownTag: newTag(), ownTsn: newTag() };
      const own = { tag: cookie.ownTag, tsn: cookie.ownTsn, cookie: Buffer.from(JSON.stringify(cookie)) };
      return reply(init.tag, [{ type: 'initAck', value: encodeInitiation(own) }]);
    }
    const echoed = valueOf(packet, 'cookieEcho');
    const data = decodeData(valueOf(packet, 'data') ?? none);
    if (echoed !== undefined && data !== null) {
      const cookie = JSON.parse(echoed.toString('utf8')) as Cookie;
      if (packet.tag !== cookie.ownTag) return;
      clientTags.set(key, cookie.clientTag);
      const client = { token: data.data.toString('utf8'), address: from, sourcePort: sport };
      onRequest({ ...client, port: dport });
      return reply(cookie.clientTag, [
        { type: 'cookieAck', value: none },
        { type: 'sack', value: encodeReceived('sack', data.tsn) },
        { type: 'data', value: encodeData(cookie.ownTsn, Buffer.from(answerText(client))) },
      ]);
    }
    const clientTag = clientTags.get(key);
    if (clientTag === undefined) return;
    if (valueOf(packet, 'shutdown') !== undefined) reply(clientTag, [{ type: 'shutdownAck', value: none }]);
    if (valueOf(packet, 'shutdownComplete') !== undefined) clientTags.delete(key);
  });
  return raw;
}
