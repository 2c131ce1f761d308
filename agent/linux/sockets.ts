import type { Socket as DgramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';

export type IpFamily = 4 | 6;

/**
 * Where sockets are made: the process's own network namespace, or another one entered for the length of socket(2).
 * The family of a socket is that of its address: one on `::` takes no IPv4, so that no address is ever told as ::ffff:a.b.c.d.
 */
export interface Sockets {
  /** Starts a TCP connection; the socket emits 'connect' or 'error' as those of node:net do. */
  connectTcp(to: { host: string; port: number; localAddress?: string; localPort?: number }): Socket;
  /** A listening TCP server, by default on 0.0.0.0; `server.address()` tells the port when 0 was asked for. */
  listenTcp(
    at: { host?: string; port: number; backlog?: number },
    onConnection: (socket: Socket) => void,
  ): Promise<Server>;
  /** A bound UDP socket, by default on 0.0.0.0. */
  bindUdp(at: { host?: string; port: number }): Promise<DgramSocket>;
  /** A socket that Node has no class for. */
  open(kind: { readonly family: IpFamily; readonly type: 'raw' | 'datagram'; readonly protocol: number }): KernelSocket;
  /** Resolves a name to addresses of the family (default 4) with the given DNS server, asked from this namespace. */
  resolve(name: string, server: { host: string; port?: number }, family?: IpFamily): Promise<string[]>;
}

/** Options of a socket by what they do, whatever the IP version: ip(7), ipv6(7). */
export type IpOption =
  /** TTL or hop limit. */
  | 'ttl'
  /** TOS octet or traffic class. */
  | 'trafficClass'
  /** 2: packets are not fragmented, here or on the way; what is too large for the path as it is known is refused. */
  | 'mtuDiscover'
  /** What the kernel knows about the path of a connected socket, bytes. */
  | 'mtu';

/** A raw socket, or a datagram socket with its options within reach. */
export interface KernelSocket extends Disposable {
  set(option: IpOption, value: number): void;
  /** IPv4 options (RFC 791, section 3.1) for everything that it sends, a multiple of four bytes. */
  setHeaderOptions(bytes: Buffer): void;
  get(option: IpOption): number;
  bind(to: { readonly host: string; readonly port: number }): void;
  connect(to: { readonly host: string; readonly port: number }): void;
  /** Throws a SystemCallError where the kernel refuses it at once, e.g. EMSGSIZE. */
  send(data: Buffer, to: { readonly host: string; readonly port?: number }): void;
  /** Of a raw socket the payload begins behind the IP header. Called within some milliseconds. */
  onDatagram(listener: (payload: Buffer, from: string) => void, onError?: (error: unknown) => void): void;
}

/** The address of nobody in particular, of the family of `like`. */
export const anyAddress = (like = ''): string => (like.includes(':') ? '::' : '0.0.0.0');

export const familyOf = (address: string): IpFamily => (address.includes(':') ? 6 : 4);
