import { isIPv4, isIPv6 } from 'node:net';

/** An address as it is on the wire: 4 or 16 bytes. Throws a RangeError for what is no address. */
export function ipBytes(text: string): Buffer {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) throw new RangeError(`"${text}" is not an IP address`);
  const [head = '', tail] = text.replace(/[\d.]+$/, embedded).split('::');
  const left = words(head);
  const right = words(tail ?? '');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Buffer.from([...left, ...zeros, ...right].flatMap((word) => [word >> 8, word & 0xff]));
}

/** The IPv4 address at the end of an IPv6 address, as two words. */
function embedded(text: string): string {
  if (!isIPv4(text)) return text;
  const hex = ipBytes(text).toString('hex');
  return `${hex.slice(0, 4)}:${hex.slice(4)}`;
}

const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)));

/** The text of an address of 4 or 16 bytes; IPv6 in the one form of RFC 5952. */
export function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const all = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  const [start, length] = longestZeros(all);
  if (length < 2) return all.join(':');
  return `${all.slice(0, start).join(':')}::${all.slice(start + length).join(':')}`;
}

/** Where the first of the longest runs of zero words begins, and how long it is. */
function longestZeros(all: readonly string[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let at = 0; at < all.length; at++) {
    let end = at;
    while (all[end] === '0') end++;
    if (end - at > best[1]) best = [at, end - at];
  }
  return best;
}
