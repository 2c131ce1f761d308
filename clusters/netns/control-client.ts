import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { RunningProcess } from '../cluster.ts';
import type { ControlMethods, Method, ServerLine } from './control-protocol.ts';
import { withSocketPath } from './socket-path.ts';

/** The sandbox is gone, or went while a call was under way. */
export class SandboxLost extends Error {
  override readonly name = 'SandboxLost';
}

/** An error that happened inside the sandbox, with the message it had there. */
class SandboxError extends Error {}

interface Stream {
  readonly output: PassThrough;
  exit(result: { exitCode: number; stderrTail: string }): void;
}

/** The caller's end of the control socket. */
export class ControlClient {
  readonly #socket: Socket;
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  readonly #streams = new Map<number, Stream>();
  readonly #name: string;
  #lastId = 0;
  #lastStream = 0;
  #lost: SandboxLost | null = null;

  private constructor(socket: Socket, name: string) {
    this.#socket = socket;
    this.#name = name;
    createInterface({ input: socket }).on('line', (line) => this.#receive(JSON.parse(line) as ServerLine));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lose());
  }

  /** Connects to the control socket of the cluster `name`; throws the error of connect(2). */
  static async connect(path: string, name: string): Promise<ControlClient> {
    const socket = await withSocketPath(
      path,
      (short) =>
        new Promise<Socket>((resolve, reject) => {
          const attempt = connect(short);
          attempt.once('connect', () => resolve(attempt)).once('error', reject);
        }),
    );
    return new ControlClient(socket, name);
  }

  call<M extends Method>(method: M, ...params: Parameters<ControlMethods[M]>): Promise<ReturnType<ControlMethods[M]>> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost);
      const id = ++this.#lastId;
      this.#pending.set(id, { resolve, reject });
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  /** Starts a program on a host and speaks with it line by line. */
  async start(
    host: string,
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<RunningProcess> {
    const stream = ++this.#lastStream;
    const { output, exited } = this.#stream(stream);
    await this.call('start', stream, host, program, args, env);
    const stop = async (): Promise<void> => {
      // A sandbox that is gone took the process with it.
      await this.call('stop', stream).catch(() => {});
      await exited;
    };
    return {
      lines: createInterface({ input: output }),
      writeLine: (line) => void this.#socket.write(`${JSON.stringify({ stream, line })}\n`),
      stop,
      exited,
      [Symbol.asyncDispose]: stop,
    };
  }

  /** Resolves when the sandbox has closed the connection. */
  get closed(): Promise<void> {
    return this.#socket.closed
      ? Promise.resolve()
      : new Promise((resolve) => void this.#socket.once('close', () => resolve()));
  }

  close(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #stream(stream: number): { output: PassThrough; exited: Promise<{ exitCode: number; stderrTail: string }> } {
    const output = new PassThrough();
    const { promise, resolve } = Promise.withResolvers<{ exitCode: number; stderrTail: string }>();
    this.#streams.set(stream, { output, exit: resolve });
    return { output, exited: promise };
  }

  #receive(line: ServerLine): void {
    if ('stream' in line) {
      const stream = this.#streams.get(line.stream);
      if ('line' in line) stream?.output.write(`${line.line}\n`);
      else this.#end(line.stream, line.exit);
      return;
    }
    const call = this.#pending.get(line.id);
    this.#pending.delete(line.id);
    if ('result' in line) call?.resolve(line.result as never);
    else call?.reject(Object.assign(new SandboxError(line.error.message), { name: line.error.name }));
  }

  #end(stream: number, exit: { exitCode: number; stderrTail: string }): void {
    const entry = this.#streams.get(stream);
    this.#streams.delete(stream);
    entry?.output.end();
    entry?.exit(exit);
  }

  #lose(): void {
    this.#lost = new SandboxLost(
      `the sandbox of cluster "${this.#name}" has ended; its log is in the cluster's folder, and "egressproof up" starts it anew`,
    );
    for (const { reject } of this.#pending.values()) reject(this.#lost);
    this.#pending.clear();
    for (const stream of this.#streams.keys()) this.#end(stream, { exitCode: -1, stderrTail: this.#lost.message });
  }
}
