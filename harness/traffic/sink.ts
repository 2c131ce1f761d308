import type { Socket } from 'node:net';
import type { Sockets } from '../../agent/linux/sockets.ts';

/** What has arrived is told after this long. */
const tellMs = 50;

export interface Arrival {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  /** Payload, octets. */
  readonly bytes: number;
}

/** Takes, on one port, whatever is sent by TCP and UDP, and tells how much that is, by sender. */
export async function serveSink(
  sockets: Sockets,
  port: number,
  onArrival: (arrival: Arrival) => void,
): Promise<AsyncDisposable> {
  let counted = new Map<string, Arrival>();
  const count = (protocol: Arrival['protocol'], address: string, bytes: number): void => {
    const key = `${protocol} ${address}`;
    counted.set(key, { protocol, address, bytes: (counted.get(key)?.bytes ?? 0) + bytes });
  };
  const tell = (): void => {
    for (const arrival of counted.values()) onArrival(arrival);
    counted = new Map();
  };
  const open = new Set<Socket>();
  const tcp = await sockets.listenTcp({ port }, (socket) => {
    const address = socket.remoteAddress ?? '';
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => count('tcp', address, chunk.length));
  });
  const udp = await sockets.bindUdp({ port });
  udp.on('message', (message, from) => count('udp', from.address, message.length));
  udp.on('error', () => undefined);
  const timer = setInterval(tell, tellMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      tell();
      for (const socket of open) socket.destroy();
      udp.close();
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}
