import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { Host, RunningProcess } from '../cluster.ts';
import { fromServer } from './program-protocol.ts';
import type { FromServer, Hello } from './program-protocol.ts';

export interface RemoteHostOptions {
  readonly name: string;
  /** As pods reach it. */
  readonly address: string;
  /** host:port of its program server (`egressproof host`), as this machine reaches it. */
  readonly control: string;
  readonly token: string;
}

const START_LIMIT_MS = 10_000;

/** An outside host on which somebody has started `egressproof host`. It runs programs of the harness, and nothing else. */
export function remoteHost(options: RemoteHostOptions): Host {
  const { name, address } = options;
  const refuse = (what: string) => (): Promise<never> =>
    Promise.reject(new Error(`${name} (${address}) runs programs of the harness only: it cannot ${what}`));
  return {
    name,
    address,
    run: refuse('run commands'),
    readFile: refuse('read files'),
    start: async (program, args, { env = {} } = {}) => (await open(options, { program, args: [...args], env })).running,
  };
}

/** Name of the interface that carries the host's address. */
export async function interfaceOf(options: RemoteHostOptions, program: string): Promise<string> {
  const { running, interfaces } = await open(options, { program, args: [], env: {} });
  await running.stop();
  const found = interfaces.find(({ addresses }) => addresses.includes(options.address));
  if (found !== undefined) return found.name;
  const have = interfaces.map(({ name, addresses }) => `${name} ${addresses.join(' ')}`).join(', ');
  throw new Error(
    `${options.name}: no interface carries ${options.address}, so that what arrives cannot be captured; it has ${have}`,
  );
}

async function open(
  { name, control, token }: RemoteHostOptions,
  wanted: Omit<Hello, 'token'>,
): Promise<{ running: RunningProcess; interfaces: Extract<FromServer, { event: 'started' }>['interfaces'] }> {
  const [host = '', port = ''] = control.split(/:(?=\d+$)/);
  const socket = connect({ host, port: Number(port) });
  const output = new PassThrough();
  const errors: string[] = [];
  let exitCode = -1;
  const started = Promise.withResolvers<Extract<FromServer, { event: 'started' }>['interfaces']>();
  const timer = setTimeout(() => started.reject(new Error(`no answer within ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
  socket.on('error', (error) => started.reject(error));
  socket.write(`${JSON.stringify({ token, ...wanted })}\n`);
  const lines = createInterface({ input: socket });
  // It passes on the socket's errors, which have been heard.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    const message = fromServer.parse(JSON.parse(line));
    if (message.event === 'started') started.resolve(message.interfaces);
    else if (message.event === 'refused') started.reject(new Error(message.why));
    else if (message.event === 'line') output.write(`${message.line}\n`);
    else if (message.event === 'error') errors.push(message.line);
    else exitCode = message.exitCode;
  });
  const exited = once(socket, 'close').then(() => {
    output.end();
    started.reject(new Error('the connection was closed'));
    return { exitCode, stderrTail: errors.slice(-40).join('\n') };
  });
  exited.catch(() => undefined);
  const stop = async (): Promise<void> => {
    socket.destroy();
    await exited.catch(() => undefined);
  };
  try {
    const interfaces = await started.promise;
    const running: RunningProcess = {
      lines: createInterface({ input: output }),
      writeLine: (line) => void socket.write(`${line}\n`),
      stop,
      exited,
      [Symbol.asyncDispose]: stop,
    };
    return { running, interfaces };
  } catch (error) {
    socket.destroy();
    throw new Error(
      `${name}: cannot start ${wanted.program} by ${control}: ${(error as Error).message}; does "egressproof host" run there, with this token?`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}
