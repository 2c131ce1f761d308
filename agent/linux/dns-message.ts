import { ipBytes, ipText } from './ip-bytes.ts';
import type { IpFamily } from './sockets.ts';

/** As much of RFC 1035 and RFC 3596 as A and AAAA queries need. */

const typeOf: Readonly<Record<IpFamily, number>> = { 4: 1, 6: 28 };
const CLASS_IN = 1;
const HEADER_BYTES = 12;
const TTL_SECONDS = 5;
const Rcode = { noError: 0, noSuchName: 3, refused: 5 } as const;

export interface DnsQuery {
  readonly id: number;
  readonly name: string;
  readonly type: number;
  /** The question section as it came, which the answer repeats. */
  readonly question: Buffer;
}

export type DnsResult = { readonly addresses: readonly string[] } | 'no such name' | 'not ours';

/** Throws a RangeError for a name that RFC 1035 2.3.4 does not allow. */
export function encodeQuery(id: number, name: string, family: IpFamily = 4): Buffer {
  const labels = name.replace(/\.$/, '').split('.');
  const question = Buffer.concat([
    ...labels.map((label) => {
      const bytes = Buffer.from(label, 'latin1');
      if (bytes.length === 0 || bytes.length > 63)
        throw new RangeError(`"${name}" is no DNS name: a label has 1 to 63 octets`);
      return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    }),
    Buffer.from([0, 0, typeOf[family], 0, CLASS_IN]),
  ]);
  return Buffer.concat([header(id, 0x0100, 1, 0), question]);
}

/** The question of a message, or null when it is not a query of one question. */
export function decodeQuery(message: Buffer): DnsQuery | null {
  if (message.length < HEADER_BYTES || (message.readUInt16BE(2) & 0x8000) !== 0 || message.readUInt16BE(4) !== 1)
    return null;
  const name = readName(message, HEADER_BYTES);
  if (!name || name.end + 4 > message.length) return null;
  return {
    id: message.readUInt16BE(0),
    name: name.text,
    type: message.readUInt16BE(name.end),
    question: message.subarray(HEADER_BYTES, name.end + 4),
  };
}

/** Of the name's addresses those of the queried type; a query of another type gets an answer without records. */
export function encodeAnswer(query: DnsQuery, result: DnsResult): Buffer {
  const all = typeof result === 'string' ? [] : result.addresses;
  const addresses = all.map(ipBytes).filter(({ length }) => typeOf[length === 4 ? 4 : 6] === query.type);
  const rcode = result === 'no such name' ? Rcode.noSuchName : result === 'not ours' ? Rcode.refused : Rcode.noError;
  const records = addresses.map((address) => {
    const record = Buffer.alloc(12 + address.length);
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0); // the name of the question
    record.writeUInt16BE(query.type, 2);
    record.writeUInt16BE(CLASS_IN, 4);
    record.writeUInt32BE(TTL_SECONDS, 6);
    record.writeUInt16BE(address.length, 10);
    address.copy(record, 12);
    return record;
  });
  return Buffer.concat([header(query.id, 0x8580 | rcode, 1, records.length), query.question, ...records]);
}

/** The addresses of an answer to `id`; null when the message is none. Throws when the server says that there is no such name. */
export function decodeAnswer(message: Buffer, id: number, name: string, family: IpFamily = 4): string[] | null {
  if (message.length < HEADER_BYTES || message.readUInt16BE(0) !== id || (message.readUInt16BE(2) & 0x8000) === 0)
    return null;
  const rcode = message.readUInt16BE(2) & 0x000f;
  if (rcode !== Rcode.noError)
    throw new Error(
      `the DNS server answers "${name}" with code ${rcode} (${rcode === 3 ? 'no such name' : 'failure'})`,
    );
  let offset = HEADER_BYTES;
  for (let left = message.readUInt16BE(4); left > 0; left--) {
    const question = readName(message, offset);
    if (!question) return null;
    offset = question.end + 4;
  }
  const addresses: string[] = [];
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    const owner = readName(message, offset);
    if (!owner || owner.end + 10 > message.length) return null;
    const length = message.readUInt16BE(owner.end + 8);
    const data = owner.end + 10;
    const isAsked = message.readUInt16BE(owner.end) === typeOf[family] && length === (family === 4 ? 4 : 16);
    if (isAsked && data + length <= message.length) addresses.push(ipText(message.subarray(data, data + length)));
    offset = data + length;
  }
  return addresses;
}

function header(id: number, flags: number, questions: number, answers: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  [id, flags, questions, answers].forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
}

/** A name and where it ends; compression pointers (RFC 1035 4.1.4) are followed, not endlessly. */
function readName(message: Buffer, start: number): { text: string; end: number } | null {
  const labels: string[] = [];
  let offset = start;
  let end = -1;
  for (let jumps = 0; jumps < 16;) {
    const length = message[offset];
    if (length === undefined) return null;
    if (length === 0) return { text: labels.join('.'), end: end === -1 ? offset + 1 : end };
    if ((length & 0xc0) === 0xc0) {
      if (end === -1) end = offset + 2;
      offset = ((length & 0x3f) << 8) | (message[offset + 1] ?? 0);
      jumps++;
      continue;
    }
    if (offset + 1 + length > message.length) return null;
    labels.push(message.toString('latin1', offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return null;
}
