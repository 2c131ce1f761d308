import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { openKernelSocket } from './kernel-socket.ts';
import { resolveOver } from './resolve.ts';
import { anyAddress, type Sockets } from './sockets.ts';

/** Sockets of the network namespace that the process runs in. */
export function nativeSockets(): Sockets {
  const sockets: Sockets = {
    connectTcp: (to) => connect({ ...to, autoSelectFamily: false }),
    listenTcp: ({ host = anyAddress(), port, backlog }, onConnection) =>
      new Promise((resolve, reject) => {
        const server = createServer(onConnection);
        const at = { port, host, ipv6Only: true, ...(backlog === undefined ? {} : { backlog }) };
        server.once('error', reject).listen(at, () => resolve(server));
      }),
    bindUdp: ({ host = anyAddress(), port }) =>
      new Promise((resolve, reject) => {
        const socket = createSocket(host.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
        socket.once('error', reject).bind(port, host, () => resolve(socket.off('error', reject)));
      }),
    open: (kind) => openKernelSocket(kind),
    resolve: (name, server, family) => resolveOver(sockets, name, server, family),
  };
  return sockets;
}
