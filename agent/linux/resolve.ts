import { randomInt } from 'node:crypto';
import { decodeAnswer, encodeQuery } from './dns-message.ts';
import { anyAddress, type IpFamily, type Sockets } from './sockets.ts';

const ATTEMPT_MS = 1_000;
const ATTEMPTS = 3;

/** Asks a DNS server for the addresses of a name; a lost query is asked again, as resolv.conf(5) says. */
export async function resolveOver(
  sockets: Pick<Sockets, 'bindUdp'>,
  name: string,
  server: { host: string; port?: number },
  family: IpFamily = 4,
): Promise<string[]> {
  const socket = await sockets.bindUdp({ host: anyAddress(server.host), port: 0 });
  const id = randomInt(0x10000);
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  socket.on('error', reject);
  socket.on('message', (message) => {
    try {
      const addresses = decodeAnswer(message, id, name, family);
      if (addresses) resolve(addresses);
    } catch (error) {
      reject(error as Error);
    }
  });
  let attempt = 0;
  const ask = (): void => {
    if (attempt++ === ATTEMPTS)
      reject(
        new Error(`the DNS server ${server.host} did not answer for "${name}" within ${ATTEMPTS * ATTEMPT_MS} ms`),
      );
    else socket.send(encodeQuery(id, name, family), server.port ?? 53, server.host);
  };
  const timer = setInterval(ask, ATTEMPT_MS);
  ask();
  return promise.finally(() => {
    clearInterval(timer);
    socket.close();
  });
}
