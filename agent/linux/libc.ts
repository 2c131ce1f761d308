import koffi from 'koffi';
import { ipBytes } from './ip-bytes.ts';

/** System calls that Node has no name for. Numbers are those of Linux on x86-64 and arm64 (asm-generic), which agree here. */
const libc = koffi.load('libc.so.6');

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_RCVBUF = 8;
export const SO_RCVTIMEO = 20;
export const SO_RCVBUFFORCE = 33;
export const SOL_PACKET = 263;
export const SOL_IP = 0;
export const SOL_IPV6 = 41;
export const IPV6_V6ONLY = 26;
const CLONE_NEWNET = 0x40000000;

const setnsFn = libc.func('int setns(int fd, int nstype)');
const socketFn = libc.func('int socket(int domain, int type, int protocol)');
const bindFn = libc.func('int bind(int fd, const uint8_t *address, uint32_t length)');
const listenFn = libc.func('int listen(int fd, int backlog)');
const setsockoptFn = libc.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)');
// Without names: where two bundles of one process have this module, each has types of its own.
const sockFilter = koffi.struct({ code: 'uint16_t', jt: 'uint8_t', jf: 'uint8_t', k: 'uint32_t' });
const sockFprog = koffi.struct({ len: 'uint16_t', filter: koffi.pointer(sockFilter) });
const attachFilterFn = libc.func('setsockopt', 'int', ['int', 'int', 'int', koffi.pointer(sockFprog), 'uint32_t']);
const getsockoptFn = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
);
const sendtoFn = libc.func(
  'int64_t sendto(int fd, const uint8_t *data, size_t length, int flags, const uint8_t *address, uint32_t addressLength)',
);
const recvFn = libc.func('int64_t recv(int fd, _Out_ uint8_t *data, size_t length, int flags)');
const recvfromFn = libc.func(
  'int64_t recvfrom(int fd, _Out_ uint8_t *data, size_t length, int flags, _Out_ uint8_t *address, _Inout_ uint32_t *addressLength)',
);
const connectFn = libc.func('int connect(int fd, const uint8_t *address, uint32_t length)');
const closeFn = libc.func('int close(int fd)');
const ioctlFn = libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)');
const ifNameToIndexFn = libc.func('uint32_t if_nametoindex(const char *name)');

/** errno by name, for the errors this project tells apart. */
const errno = koffi.os.errno as Readonly<Record<string, number>>;

class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly errno: number;
  readonly code: string;

  constructor(call: string) {
    const number = koffi.errno();
    const code = Object.entries(errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
    super(`${call}: ${code}`);
    this.errno = number;
    this.code = code;
  }
}

function checked(result: number, call: string): number {
  if (result < 0) throw new SystemCallError(call);
  return result;
}

export const setns = (fd: number): void => void checked(setnsFn(fd, CLONE_NEWNET) as number, 'setns');
export const socket = (domain: number, type: number, protocol: number): number =>
  checked(socketFn(domain, type | SOCK_CLOEXEC, protocol) as number, 'socket');
export const bind = (fd: number, address: Buffer): void =>
  void checked(bindFn(fd, address, address.length) as number, 'bind');
export const listen = (fd: number, backlog: number): void => void checked(listenFn(fd, backlog) as number, 'listen');
export const close = (fd: number): void => void checked(closeFn(fd) as number, 'close');

export function setsockopt(fd: number, level: number, name: number, value: number | Buffer): void {
  const bytes = typeof value === 'number' ? int32(value) : value;
  checked(setsockoptFn(fd, level, name, bytes, bytes.length) as number, `setsockopt(${level}, ${name})`);
}

/** Of each packet a packet socket is given only the beginning: socket(7), SO_ATTACH_FILTER with "return bytes". */
export function keepOnly(fd: number, bytes: number): void {
  const SO_ATTACH_FILTER = 26;
  const BPF_RET = 0x06;
  const program = { len: 1, filter: [{ code: BPF_RET, jt: 0, jf: 0, k: bytes }] };
  checked(attachFilterFn(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, 16) as number, 'setsockopt(SO_ATTACH_FILTER)');
}

export function getsockopt(fd: number, level: number, name: number, length = 4): Buffer {
  const value = Buffer.alloc(length);
  checked(getsockoptFn(fd, level, name, value, [length]) as number, `getsockopt(${level}, ${name})`);
  return value;
}

export function sendto(fd: number, data: Buffer, address: Buffer): void {
  checked(Number(sendtoFn(fd, data, data.length, 0, address, address.length)), 'sendto');
}

/** One datagram into `into` without waiting: how many bytes; null when there is none. */
export function receive(fd: number, into: Buffer): number | null {
  const MSG_DONTWAIT = 0x40;
  const length = Number(recvFn(fd, into, into.length, MSG_DONTWAIT));
  if (length >= 0) return length;
  if (koffi.errno() === errno['EAGAIN']) return null;
  throw new SystemCallError('recv');
}

/** As `receive`, with the sender's struct sockaddr_in or sockaddr_in6 written to `from`. */
export function receiveFrom(fd: number, into: Buffer, from: Buffer): number | null {
  const MSG_DONTWAIT = 0x40;
  const length = Number(recvfromFn(fd, into, into.length, MSG_DONTWAIT, from, [from.length]));
  if (length >= 0) return length;
  if (koffi.errno() === errno['EAGAIN']) return null;
  throw new SystemCallError('recvfrom');
}

/** Of a datagram or raw socket: nothing is waited for. */
export const connect = (fd: number, address: Buffer): void =>
  void checked(connectFn(fd, address, address.length) as number, 'connect');

/** Throws ENODEV when there is no such interface in this namespace. */
export function interfaceIndex(name: string): number {
  const index = ifNameToIndexFn(name) as number;
  if (index === 0) throw new SystemCallError(`if_nametoindex("${name}")`);
  return index;
}

/** The MAC of an interface of this namespace: SIOCGIFHWADDR, netdevice(7). */
export function hardwareAddress(name: string): Buffer {
  const SIOCGIFHWADDR = 0x8927;
  const request = Buffer.alloc(40);
  request.write(name, 0, 15, 'latin1');
  const fd = socket(AF_INET, SOCK_DGRAM, 0);
  try {
    checked(ioctlFn(fd, SIOCGIFHWADDR, request) as number, `the MAC of "${name}"`);
  } finally {
    close(fd);
  }
  return request.subarray(18, 24);
}

/** struct sockaddr_in, ip(7), or sockaddr_in6, ipv6(7), as the address is. Throws a RangeError for what is no address. */
export function sockaddrIn(host: string, port: number): Buffer {
  const isIpv6 = host.includes(':');
  const address = Buffer.alloc(isIpv6 ? 28 : 16);
  address.writeUInt16LE(isIpv6 ? AF_INET6 : AF_INET, 0);
  address.writeUInt16BE(port, 2);
  ipBytes(host).copy(address, isIpv6 ? 8 : 4);
  return address;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
