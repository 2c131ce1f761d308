import type { Socket as DgramSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';

/** Where sockets are made: the process's own network namespace, or another one entered for the length of socket(2). */
export interface Sockets {
  /** Starts a TCP connection; the socket emits 'connect' or 'error' as those of node:net do. */
  connectTcp(to: { host: string; port: number; localAddress?: string; localPort?: number }): Socket;
  /** A listening TCP server; `server.address()` tells the port when 0 was asked for. */
  listenTcp(
    at: { host?: string; port: number; backlog?: number },
    onConnection: (socket: Socket) => void,
  ): Promise<Server>;
  /** A bound UDP socket. */
  bindUdp(at: { host?: string; port: number }): Promise<DgramSocket>;
  /** Resolves a name with the given DNS server, asked from this namespace. IPv4 addresses. */
  resolve4(name: string, server: { host: string; port?: number }): Promise<string[]>;
}
