import { setTimeout as delay } from 'node:timers/promises';
import { AF_INET, AF_INET6, SOCK_RAW, close, receive, sendto, sockaddrIn, socket } from '../linux/libc.ts';
import { inNetnsOrHere } from '../linux/netns.ts';
import { netnsOf } from './testbed.fixture.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const IPV4_BYTES = 20;

/** How many of so many echo requests (RFC 792, RFC 4443) of one flow from the namespace the server answers. */
export async function pingsAnswered(netns: string, server: string, count: number): Promise<number> {
  const isIpv6 = server.includes(':');
  const fd = inNetnsOrHere(netnsOf(netns), () =>
    isIpv6 ? socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) : socket(AF_INET, SOCK_RAW, IPPROTO_ICMP),
  );
  const [request, reply] = isIpv6 ? [128, 129] : [8, 0];
  const answers = new Set<number>();
  const frame = Buffer.alloc(256);
  try {
    for (let sequence = 1; sequence <= count; sequence += 1) {
      sendto(fd, echoRequest(request, sequence), sockaddrIn(server, 0));
      const until = performance.now() + 500;
      while (!answers.has(sequence) && performance.now() < until) {
        await delay(5);
        for (let length = receive(fd, frame); length !== null; length = receive(fd, frame)) {
          const message = frame.subarray(isIpv6 ? 0 : IPV4_BYTES, length);
          if (message.readUInt8(0) === reply) answers.add(message.readUInt16BE(6));
        }
      }
    }
  } finally {
    close(fd);
  }
  return answers.size;
}

/** Of ICMPv6 the kernel writes the checksum. */
function echoRequest(type: number, sequence: number): Buffer {
  const message = Buffer.alloc(16);
  message.writeUInt8(type, 0);
  message.writeUInt16BE(0x7689, 4);
  message.writeUInt16BE(sequence, 6);
  let sum = 0;
  for (let offset = 0; offset < message.length; offset += 2) sum += message.readUInt16BE(offset);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  message.writeUInt16BE(~sum & 0xffff, 2);
  return message;
}
