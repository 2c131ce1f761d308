import { checksum } from './icmp.ts';
import { ipBytes } from './ip-bytes.ts';

export interface Segment {
  readonly from: { readonly host: string; readonly port: number };
  readonly to: { readonly host: string; readonly port: number };
  readonly seq: number;
  readonly ack: number;
  /** Letters of FSRPAU. */
  readonly flags: string;
  /** Bytes that its sender can take. */
  readonly window: number;
  /** Offset behind which urgent data ends. */
  readonly urgent: number;
  readonly data: Buffer;
}

const TCP = 6;
const HEADER_BYTES = 20;
const FLAGS = ['F', 'S', 'R', 'P', 'A', 'U'];

/** A TCP segment without options (RFC 9293, section 3.1), with the checksum over both addresses. */
export function encodeSegment({ from, to, seq, ack, flags, window, urgent, data }: Segment): Buffer {
  const segment = Buffer.alloc(HEADER_BYTES + data.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt32BE(seq, 4);
  segment.writeUInt32BE(ack, 8);
  segment.writeUInt8((HEADER_BYTES / 4) << 4, 12);
  segment.writeUInt8(
    FLAGS.reduce((sum, letter, bit) => (flags.includes(letter) ? sum | (1 << bit) : sum), 0),
    13,
  );
  segment.writeUInt16BE(window, 14);
  segment.writeUInt16BE(urgent, 18);
  data.copy(segment, HEADER_BYTES);
  // The pseudo-header of IPv6 has longer fields (RFC 8200, section 8.1), which add up to the same.
  const tail = Buffer.from([0, TCP, segment.length >> 8, segment.length & 0xff]);
  segment.writeUInt16BE(checksum(Buffer.concat([ipBytes(from.host), ipBytes(to.host), tail, segment])), 16);
  return segment;
}
