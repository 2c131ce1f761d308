import { netnsSockets } from '../../../agent/linux/netns-sockets.ts';
import { decodeQuery, encodeAnswer } from '../../../agent/linux/dns-message.ts';
import { netnsPath } from '../paths.ts';
import { lookUp } from './dns-zone.ts';
import type { Zone } from './dns-zone.ts';

export const DNS_PORT = 53;

/** Answers A and AAAA queries over UDP from the zone as it is at the time of the query. */
export async function serveDns(
  namespace: string,
  address: string,
  zone: () => Zone,
  signal: AbortSignal,
): Promise<void> {
  const socket = await netnsSockets(netnsPath(namespace)).bindUdp({ host: address, port: DNS_PORT });
  socket.on('message', (message, from) => {
    const query = decodeQuery(message);
    if (query) socket.send(encodeAnswer(query, lookUp(zone(), query.name)), from.port, from.address);
  });
  signal.addEventListener('abort', () => socket.close(), { once: true });
}
