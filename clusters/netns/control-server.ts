import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { RunningProcess } from '../cluster.ts';
import type { ClientLine, ControlMethods, Method, ServerLine } from './control-protocol.ts';
import { withSocketPath } from './socket-path.ts';

type Later<F> = F extends (...args: infer A) => infer R ? (...args: A) => R | Promise<R> : never;

/** The methods as the sandbox implements them; streams are made here from the process that `start` returns. */
export type ControlHandlers = { [M in Exclude<Method, 'start' | 'stop'>]: Later<ControlMethods[M]> } & {
  start(
    host: string,
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): RunningProcess | Promise<RunningProcess>;
};

/** Serves the control socket. A caller that goes takes the processes it started with it. */
export async function serveControl(path: string, handlers: ControlHandlers): Promise<Server> {
  const server = createServer((socket) => serveCaller(socket, handlers));
  await withSocketPath(
    path,
    (short) => new Promise<void>((resolve, reject) => server.once('error', reject).listen(short, resolve)),
  );
  return server;
}

function serveCaller(socket: Socket, handlers: ControlHandlers): void {
  const streams = new Map<number, RunningProcess>();
  const send = (line: ServerLine): void => {
    if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
  };
  const call = async (method: Method, params: readonly unknown[]): Promise<unknown> => {
    if (method === 'start') {
      const [stream, ...rest] = params as Parameters<ControlMethods['start']>;
      const child = await handlers.start(...rest);
      streams.set(stream, child);
      void forward(stream, child);
      return null;
    }
    if (method === 'stop') {
      await streams.get(params[0] as number)?.stop();
      return null;
    }
    const handler = handlers[method] as (...args: readonly unknown[]) => unknown;
    return (await handler(...params)) ?? null;
  };
  const forward = async (stream: number, child: RunningProcess): Promise<void> => {
    for await (const line of child.lines) send({ stream, line });
    send({ stream, exit: await child.exited });
    streams.delete(stream);
  };
  createInterface({ input: socket }).on('line', (text) => {
    const line = JSON.parse(text) as ClientLine;
    if ('stream' in line) {
      streams.get(line.stream)?.writeLine(line.line);
      return;
    }
    call(line.method, line.params).then(
      (result) => send({ id: line.id, result }),
      (error: Error) => send({ id: line.id, error: { message: error.message, name: error.name } }),
    );
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const child of streams.values()) void child.stop();
  });
}
