import { setTimeout as delay } from 'node:timers/promises';
import { AF_PACKET, SOCK_RAW, bind, close, hardwareAddress, interfaceIndex, receive, sendto, socket } from './libc.ts';
import { inNetnsOrHere } from './netns.ts';

const ETH_P_ARP = 0x0806;
const BROADCAST = Buffer.alloc(6, 0xff);
const ARP_BYTES = 42;

export type ArpOperation = 'request' | 'reply';

/** An Ethernet frame with an IPv4 ARP packet (RFC 826). */
export function arpFrame(packet: {
  operation: ArpOperation;
  to: Buffer;
  senderMac: Buffer;
  sender: string;
  targetMac: Buffer;
  target: string;
}): Buffer {
  const frame = Buffer.alloc(ARP_BYTES);
  packet.to.copy(frame, 0);
  packet.senderMac.copy(frame, 6);
  frame.writeUInt16BE(ETH_P_ARP, 12);
  frame.writeUInt16BE(1, 14); // Ethernet
  frame.writeUInt16BE(0x0800, 16); // IPv4
  frame.writeUInt8(6, 18);
  frame.writeUInt8(4, 19);
  frame.writeUInt16BE(packet.operation === 'request' ? 1 : 2, 20);
  packet.senderMac.copy(frame, 22);
  octets(packet.sender).copy(frame, 28);
  packet.targetMac.copy(frame, 32);
  octets(packet.target).copy(frame, 38);
  return frame;
}

export interface ArpPacket {
  readonly operation: ArpOperation;
  readonly senderMac: string;
  readonly sender: string;
  readonly target: string;
}

/** The ARP packet in an Ethernet frame; null for anything else. */
export function parseArp(frame: Buffer): ArpPacket | null {
  if (frame.length < ARP_BYTES || frame.readUInt16BE(12) !== ETH_P_ARP || frame.readUInt16BE(16) !== 0x0800)
    return null;
  const operation = frame.readUInt16BE(20);
  if (operation !== 1 && operation !== 2) return null;
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: macText(frame.subarray(22, 28)),
    sender: [...frame.subarray(28, 32)].join('.'),
    target: [...frame.subarray(38, 42)].join('.'),
  };
}

/**
 * What tells the LAN that an address is at this interface now: an ARP announcement (RFC 5227 section 3) and the same as
 * an unsolicited reply, for hosts that heed only one of them.
 */
export function gratuitousArpFrames(address: string, mac: Buffer): Buffer[] {
  return (['request', 'reply'] as const).map((operation) => {
    const targetMac = operation === 'request' ? Buffer.alloc(6) : BROADCAST;
    return arpFrame({ operation, to: BROADCAST, senderMac: mac, sender: address, targetMac, target: address });
  });
}

/**
 * Asks the LAN who has `address` and returns every MAC that answers within `timeoutMs` (default 300): more than one is
 * two owners. The question is an ARP probe (sender 0.0.0.0), which changes nobody's cache.
 */
export async function arpProbe(
  iface: string,
  address: string,
  options: { netns?: string; timeoutMs?: number } = {},
): Promise<string[]> {
  const { fd, to, mac } = openPacketSocket(iface, options.netns);
  const answers = new Set<string>();
  try {
    sendto(
      fd,
      arpFrame({
        operation: 'request',
        to: BROADCAST,
        senderMac: mac,
        sender: '0.0.0.0',
        targetMac: Buffer.alloc(6),
        target: address,
      }),
      to,
    );
    const frame = Buffer.alloc(128);
    const until = performance.now() + (options.timeoutMs ?? 300);
    while (performance.now() < until) {
      for (let length = receive(fd, frame); length !== null; length = receive(fd, frame)) {
        const packet = parseArp(frame.subarray(0, length));
        if (packet?.operation === 'reply' && packet.sender === address) answers.add(packet.senderMac);
      }
      await delay(5);
    }
  } finally {
    close(fd);
  }
  return [...answers].sort();
}

function openPacketSocket(iface: string, netns: string | undefined): { fd: number; to: Buffer; mac: Buffer } {
  return inNetnsOrHere(netns, () => {
    const to = sockaddrLl(interfaceIndex(iface), ETH_P_ARP, BROADCAST);
    const mac = hardwareAddress(iface);
    const fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
    bind(fd, to);
    return { fd, to, mac };
  });
}

/** struct sockaddr_ll: packet(7). */
export function sockaddrLl(index: number, protocol: number, mac: Buffer = Buffer.alloc(6)): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(protocol, 2);
  address.writeInt32LE(index, 4);
  address.writeUInt8(6, 11);
  mac.copy(address, 12);
  return address;
}

export const htons = (value: number): number => ((value & 0xff) << 8) | (value >> 8);

const octets = (address: string): Buffer => Buffer.from(address.split('.').map(Number));
const macText = (bytes: Buffer): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
