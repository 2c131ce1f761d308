import { AF_NETLINK, SOCK_RAW, bind, sendto, socket } from './libc.ts';
import { readDatagrams } from './datagrams.ts';
import {
  HEADER_BYTES,
  NETLINK_NETFILTER,
  NFGEN_BYTES,
  NLM_F_REQUEST,
  align,
  attribute,
  kernelAddress,
  nfMessage,
  uint32,
} from './netlink.ts';
import { inNetnsOrHere } from './netns.ts';
import { parseIp } from './packet-parse.ts';
import type { IpHeaders } from './packet-parse.ts';

/** linux/netfilter/nfnetlink_log.h. */
const NFNL_SUBSYS_ULOG = 4;
const NFULNL_MSG_PACKET = 0;
const NFULNL_MSG_CONFIG = 1;
const NFULA_PAYLOAD = 9;
const NFULA_PREFIX = 10;
const NFULA_CFG_CMD = 1;
const NFULA_CFG_MODE = 2;
const NFULA_CFG_TIMEOUT = 4;
const NFULA_CFG_QTHRESH = 5;
/** The kernel sends packets on in bundles of at most this many, or after this time; it counts in hundredths of a second. */
const BUNDLE = 64;
export const BUNDLE_MS = 10;
/** Enough for the IP and TCP headers. */
const COPY_BYTES = 128;

export interface LoggedPacket {
  readonly prefix: string;
  readonly packet: IpHeaders;
}

/**
 * Calls `onPacket` with each packet that an nft rule `log group N prefix "..."` hands over in a namespace. The kernel's
 * log itself is silent in namespaces other than the first. `onOverrun` tells that packets were lost. Resolves when the reader has been closed.
 */
export function readNflog(
  group: number,
  onPacket: (logged: LoggedPacket) => void,
  options: { netns?: string; signal: AbortSignal; onOverrun?: () => void },
): Promise<void> {
  const fd = inNetnsOrHere(options.netns, () => {
    const opened = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    bind(opened, kernelAddress());
    return opened;
  });
  for (const message of configMessages(group)) sendto(fd, message, kernelAddress());
  return readDatagrams(
    fd,
    (datagram) => {
      for (const logged of parseNflog(datagram)) onPacket(logged);
    },
    options.signal,
    options.onOverrun,
  );
}

/** Binds to the group and asks for the packets' beginnings, in bundles. */
function configMessages(group: number): Buffer[] {
  const mode = Buffer.alloc(6);
  mode.writeUInt32BE(COPY_BYTES, 0);
  mode.writeUInt8(2, 4); // NFULNL_COPY_PACKET
  return [
    configMessage(group, attribute(NFULA_CFG_CMD, Buffer.from([1]))), // NFULNL_CFG_CMD_BIND
    configMessage(
      group,
      attribute(NFULA_CFG_MODE, mode),
      attribute(NFULA_CFG_QTHRESH, uint32(BUNDLE)),
      attribute(NFULA_CFG_TIMEOUT, uint32(BUNDLE_MS / 10)),
    ),
  ];
}

function configMessage(group: number, ...attributes: Buffer[]): Buffer {
  return nfMessage({
    subsystem: NFNL_SUBSYS_ULOG,
    type: NFULNL_MSG_CONFIG,
    flags: NLM_F_REQUEST,
    family: 0,
    resource: group,
    attributes,
  });
}

/** The IPv4 packets of one netlink datagram, which may hold several messages. */
function parseNflog(datagram: Buffer): LoggedPacket[] {
  const found: LoggedPacket[] = [];
  for (let offset = 0; offset + HEADER_BYTES <= datagram.length;) {
    const length = datagram.readUInt32LE(offset);
    if (length < HEADER_BYTES || offset + length > datagram.length) break;
    if (datagram.readUInt16LE(offset + 4) === ((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET)) {
      const logged = parsePacketMessage(datagram.subarray(offset + HEADER_BYTES + NFGEN_BYTES, offset + length));
      if (logged) found.push(logged);
    }
    offset += align(length);
  }
  return found;
}

function parsePacketMessage(attributes: Buffer): LoggedPacket | null {
  let prefix = '';
  let packet: IpHeaders | null = null;
  for (let offset = 0; offset + 4 <= attributes.length;) {
    const length = attributes.readUInt16LE(offset);
    if (length < 4) break;
    const value = attributes.subarray(offset + 4, offset + length);
    const type = attributes.readUInt16LE(offset + 2) & 0x3fff;
    if (type === NFULA_PREFIX) prefix = value.toString('latin1').replace(/\0.*$/, '');
    if (type === NFULA_PAYLOAD) packet = parseIp(value);
    offset += align(length);
  }
  return packet && { prefix, packet };
}
