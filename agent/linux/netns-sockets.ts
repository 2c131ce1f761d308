import { createSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import type { SocketConstructorOpts } from 'node:net';
import {
  AF_INET,
  AF_INET6,
  IPV6_V6ONLY,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_IPV6,
  SOL_SOCKET,
  SO_REUSEADDR,
  bind,
  close,
  listen,
  setsockopt,
  sockaddrIn,
  socket,
} from './libc.ts';
import { inNetns } from './netns.ts';
import { openKernelSocket } from './kernel-socket.ts';
import { resolveOver } from './resolve.ts';
import { anyAddress, type Sockets } from './sockets.ts';

/**
 * Sockets of another network namespace. A socket belongs to the namespace in which socket(2) made it, so only that call
 * is made there; a process can thus hold sockets of hundreds of namespaces.
 */
export function netnsSockets(netns: string): Sockets {
  const make = (type: number, address: string): number => {
    const family = address.includes(':') ? AF_INET6 : AF_INET;
    const fd = inNetns(netns, () => socket(family, type | SOCK_NONBLOCK, 0));
    if (family === AF_INET6) setsockopt(fd, SOL_IPV6, IPV6_V6ONLY, 1);
    return fd;
  };
  const sockets: Sockets = {
    connectTcp(to) {
      const fd = make(SOCK_STREAM, to.host);
      try {
        if (to.localAddress !== undefined || to.localPort !== undefined) {
          bind(fd, sockaddrIn(to.localAddress ?? anyAddress(to.host), to.localPort ?? 0));
        }
      } catch (error) {
        close(fd);
        return failed(error as Error);
      }
      // Not connected yet: Node must not begin to read, and connect() keeps a descriptor that is there.
      const options: SocketConstructorOpts & { manualStart: boolean } = { fd, manualStart: true };
      return new Socket(options).connect({ host: to.host, port: to.port });
    },
    listenTcp: ({ host = anyAddress(), port, backlog = 511 }, onConnection) =>
      new Promise((resolve, reject) => {
        const fd = make(SOCK_STREAM, host);
        try {
          setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
          bind(fd, sockaddrIn(host, port));
          listen(fd, backlog);
        } catch (error) {
          close(fd);
          throw error;
        }
        const server = new Server(onConnection);
        server.once('error', reject).listen({ fd }, () => resolve(server));
      }),
    bindUdp: ({ host = anyAddress(), port }) =>
      new Promise((resolve, reject) => {
        const fd = make(SOCK_DGRAM, host);
        try {
          bind(fd, sockaddrIn(host, port));
        } catch (error) {
          close(fd);
          throw error;
        }
        const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
        udp.once('error', reject).bind({ fd }, () => resolve(udp.off('error', reject)));
      }),
    open: (kind) => openKernelSocket(kind, netns),
    resolve: (name, server, family) => resolveOver(sockets, name, server, family),
  };
  return sockets;
}

/** A socket whose connection could not even be begun: says so in a later turn, as node:net does. */
function failed(error: Error): Socket {
  const dead = new Socket();
  process.nextTick(() => dead.destroy(error));
  return dead;
}
