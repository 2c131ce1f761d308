import { connect } from 'node:tls';
import { Client } from 'undici';
import type { Sockets } from '../../agent/linux/sockets.ts';
import { endpoint } from './endpoint.ts';
import { whenAborted } from './outcome.ts';
import type { Target } from './probe.ts';

/** The status of a GET over TLS. The certificate is not verified: what is asked is whether the server answers. */
export async function requestHttps(sockets: Sockets, to: Target, path: string, signal: AbortSignal): Promise<number> {
  const client = new Client(`https://${endpoint(to)}`, {
    connect: (_options, callback) => {
      const socket = connect({ socket: sockets.connectTcp(to), rejectUnauthorized: false });
      socket.once('secureConnect', () => callback(null, socket));
      socket.once('error', (error) => callback(error, null));
      signal.addEventListener('abort', () => socket.destroy(), { once: true });
    },
  });
  try {
    const asked = client.request({ path, method: 'GET', reset: true, signal });
    const response = await Promise.race([asked, whenAborted(signal)]);
    await response.body.dump();
    return response.statusCode;
  } finally {
    void client.destroy().catch(() => undefined);
  }
}
