import { AF_NETLINK } from './libc.ts';

/** linux/netlink.h and linux/netfilter/nfnetlink.h. */
export const NETLINK_ROUTE = 0;
export const NETLINK_NETFILTER = 12;
export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
/** Length of struct nlmsghdr, and of struct nfgenmsg behind it. */
export const HEADER_BYTES = 16;
export const NFGEN_BYTES = 4;

/** struct sockaddr_nl of the kernel. */
export function kernelAddress(): Buffer {
  const address = Buffer.alloc(12);
  address.writeUInt16LE(AF_NETLINK, 0);
  return address;
}

/** A message to a netfilter subsystem. `resource` is what the subsystem makes of res_id. */
export function nfMessage(message: {
  subsystem: number;
  type: number;
  flags: number;
  family: number;
  resource: number;
  attributes: readonly Buffer[];
}): Buffer {
  const head = Buffer.alloc(HEADER_BYTES + NFGEN_BYTES);
  const attributes = Buffer.concat(message.attributes);
  head.writeUInt32LE(head.length + attributes.length, 0);
  head.writeUInt16LE((message.subsystem << 8) | message.type, 4);
  head.writeUInt16LE(message.flags, 6);
  head.writeUInt8(message.family, HEADER_BYTES);
  head.writeUInt16BE(message.resource, HEADER_BYTES + 2);
  return Buffer.concat([head, attributes]);
}

export function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(align(4 + value.length));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** A number in network byte order, as netfilter's attributes have it. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export const align = (length: number): number => (length + 3) & ~3;
