import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import type { Sockets } from '../../agent/linux/sockets.ts';
import type { RunSession } from '../program.ts';
import { hello } from './program-protocol.ts';
import type { FromServer } from './program-protocol.ts';

export interface ProgramServerOptions {
  readonly sockets: Sockets;
  readonly host: string;
  readonly port: number;
  readonly token: string;
  /** What may be run, by name. */
  readonly programs: Readonly<Record<string, () => Promise<RunSession>>>;
  readonly log: (line: string) => void;
}

/**
 * Runs programs of the harness on an outside host for whoever knows the token: one connection is one session, its lines
 * are the program's. A session ends with its connection, so that nothing is left when the harness has gone.
 */
export async function serveProgramsOn(options: ProgramServerOptions): Promise<Server> {
  const { host, port, log } = options;
  const server = await options.sockets.listenTcp({ host, port }, (socket) => {
    socket.on('error', () => undefined);
    serve(socket, options).catch((error: Error) => {
      log(`a session failed: ${error.message}`);
      send(socket, { event: 'refused', why: error.message });
      socket.end();
    });
  });
  return server;
}

async function serve(socket: Socket, { token, programs, sockets, log }: ProgramServerOptions): Promise<void> {
  const lines = createInterface({ input: socket })
    .on('error', () => undefined)
    [Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return;
  const asked = hello.parse(JSON.parse(first.value));
  if (!isSame(asked.token, token)) throw new Error('the token is wrong');
  const load = Object.hasOwn(programs, asked.program) ? programs[asked.program] : undefined;
  if (load === undefined)
    throw new Error(`there is no program "${asked.program}"; programs: ${Object.keys(programs).join(', ')}`);
  const run = await load();
  send(socket, { event: 'started', interfaces: ownInterfaces() });
  log(`${asked.program} ${asked.args.join(' ')}`.trim());
  const ended = new AbortController();
  void once(socket, 'close').then(() => ended.abort());
  const exitCode = await run({
    args: asked.args,
    env: asked.env,
    input: { [Symbol.asyncIterator]: () => lines },
    writeLine: (line) => send(socket, { event: 'line', line }),
    writeError: (line) => send(socket, { event: 'error', line }),
    sockets,
    signal: ended.signal,
  });
  send(socket, { event: 'ended', exitCode });
  socket.end();
}

function send(socket: Socket, message: FromServer): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

function ownInterfaces(): { name: string; addresses: string[] }[] {
  return Object.entries(networkInterfaces()).map(([name, infos = []]) => ({
    name,
    addresses: infos.map(({ address }) => address),
  }));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
