import { once } from 'node:events';
import { isIP } from 'node:net';
import type { RunSession } from './program.ts';

/** A program for tests: `serve PORT` tells each TCP client its address; each line `HOST PORT DNS-SERVER FAMILY` on input is dialled and what came back told. */
export const runSession: RunSession = async (session) => {
  const { args, input, sockets, signal } = session;
  if (args[0] === 'serve') {
    for (const host of ['0.0.0.0', '::'])
      await sockets.listenTcp({ host, port: Number(args[1]) }, (socket) => {
        socket.on('error', () => {});
        socket.end(`${socket.remoteAddress}`);
      });
    session.writeLine('serving');
    if (!signal.aborted) await once(signal, 'abort');
    return 0;
  }
  for await (const line of input) {
    const [name = '', port, dns = '', family] = line.split(' ');
    session.writeLine(
      await dial(name, Number(port), dns, family === '6' ? 6 : 4).catch(
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      ),
    );
  }
  return 7;

  async function dial(name: string, port: number, dns: string, family: 4 | 6): Promise<string> {
    const host = isIP(name) === 0 ? (await sockets.resolve(name, { host: dns }, family))[0] : name;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = sockets.connectTcp({ host: host ?? '', port });
    let text = '';
    socket
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('error', reject)
      .on('end', () => resolve(text));
    socket.setTimeout(1_000, () => socket.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })));
    return promise;
  }
};
