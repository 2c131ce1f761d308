import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { resolve4Over } from './resolve.ts';
import type { Sockets } from './sockets.ts';

/** Sockets of the network namespace that the process runs in. */
export function nativeSockets(): Sockets {
  const sockets: Sockets = {
    connectTcp: (to) => connect({ ...to, autoSelectFamily: false }),
    listenTcp: ({ host = '0.0.0.0', port, backlog }, onConnection) =>
      new Promise((resolve, reject) => {
        const server = createServer(onConnection);
        const at = { port, host, ...(backlog === undefined ? {} : { backlog }) };
        server.once('error', reject).listen(at, () => resolve(server));
      }),
    bindUdp: ({ host, port }) =>
      new Promise((resolve, reject) => {
        const socket = createSocket('udp4');
        socket.once('error', reject).bind(port, host, () => resolve(socket.off('error', reject)));
      }),
    resolve4: (name, server) => resolve4Over(sockets, name, server),
  };
  return sockets;
}
