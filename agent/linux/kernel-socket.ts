import {
  AF_INET,
  AF_INET6,
  IPV6_V6ONLY,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_IP,
  SOL_IPV6,
  bind,
  close,
  connect,
  getsockopt,
  receiveFrom,
  sendto,
  setsockopt,
  sockaddrIn,
  socket,
} from './libc.ts';
import { ipText } from './ip-bytes.ts';
import { inNetnsOrHere } from './netns.ts';
import type { IpFamily, IpOption, KernelSocket } from './sockets.ts';

/** How often it is looked for datagrams: Node can wait for the sockets of its own classes only. */
const LOOK_MS = 5;
const IP_OPTIONS = 4;
const LARGEST_BYTES = 0x10000;

/** linux/in.h and linux/in6.h. */
const level: Readonly<Record<IpFamily, number>> = { 4: SOL_IP, 6: SOL_IPV6 };
const options: Readonly<Record<IpFamily, Readonly<Record<IpOption, number>>>> = {
  4: { ttl: 2, trafficClass: 1, mtuDiscover: 10, mtu: 14 },
  6: { ttl: 16, trafficClass: 67, mtuDiscover: 23, mtu: 24 },
};

/** A socket that Node has no class for. Throws a SystemCallError, e.g. EPERM for a raw one without CAP_NET_RAW. */
export function openKernelSocket(
  kind: { readonly family: IpFamily; readonly type: 'raw' | 'datagram'; readonly protocol: number },
  netns?: string,
): KernelSocket {
  const { family, type, protocol } = kind;
  const fd = inNetnsOrHere(netns, () =>
    socket(family === 6 ? AF_INET6 : AF_INET, type === 'raw' ? SOCK_RAW : SOCK_DGRAM, protocol),
  );
  if (family === 6 && type === 'datagram') setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, 1);
  // A raw IPv4 socket is given the IP header as well, raw(7); one of IPv6 never is.
  const hasHeader = family === 4 && type === 'raw';
  const buffer = Buffer.alloc(LARGEST_BYTES);
  const from = Buffer.alloc(28);
  const senderOf = (): string => ipText(family === 4 ? from.subarray(4, 8) : from.subarray(8, 24));
  const listeners: ((payload: Buffer, from: string) => void)[] = [];
  const errorListeners: ((error: unknown) => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    try {
      for (let length = receiveFrom(fd, buffer, from); length !== null; length = receiveFrom(fd, buffer, from)) {
        const start = hasHeader ? (buffer.readUInt8(0) & 0x0f) * 4 : 0;
        const payload = Buffer.from(buffer.subarray(start, length));
        for (const listener of listeners) listener(payload, senderOf());
        if (timer === undefined) return;
      }
    } catch (error) {
      if (errorListeners.length === 0) throw error;
      for (const listener of errorListeners) listener(error);
    }
  };
  return {
    set: (option, value) => setsockopt(fd, level[family], options[family][option], value),
    setHeaderOptions: (bytes) => setsockopt(fd, SOL_IP, IP_OPTIONS, bytes),
    get: (option) => getsockopt(fd, level[family], options[family][option]).readInt32LE(0),
    bind: ({ host, port }) => bind(fd, sockaddrIn(host, port)),
    connect: ({ host, port }) => connect(fd, sockaddrIn(host, port)),
    // The kernel wants no port of a raw socket, and takes one of IPv6 for a protocol: raw(7), ipv6(7).
    send: (data, { host, port = 0 }) => sendto(fd, data, sockaddrIn(host, type === 'raw' ? 0 : port)),
    onDatagram: (listener, onError) => {
      listeners.push(listener);
      if (onError !== undefined) errorListeners.push(onError);
      timer ??= setInterval(look, LOOK_MS);
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      timer = undefined;
      close(fd);
    },
  };
}
