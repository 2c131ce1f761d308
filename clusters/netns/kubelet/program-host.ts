import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { start } from '../../../agent/linux/exec.ts';
import type { Child } from '../../../agent/linux/exec.ts';
import type { HostCommand, HostEvent } from './program-host-protocol.ts';
import type { Process } from './process.ts';

const main = new URL('program-host-main.ts', import.meta.url).pathname;

interface Entry {
  readonly output: PassThrough;
  readonly onError: (line: string) => void;
  readonly exit: (code: number) => void;
}

/** The sessions of one node. Its process is started with the first session and dies with the node. */
export class ProgramHost {
  #child: Child | null = null;
  readonly #sessions = new Map<number, Entry>();
  readonly #onStderr: (line: string) => void;
  #last = 0;

  constructor(onStderr: (line: string) => void) {
    this.#onStderr = onStderr;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  open(session: Omit<Extract<HostCommand, { open: number }>, 'open'>, onError: (line: string) => void): Process {
    const id = ++this.#last;
    const output = new PassThrough();
    const { promise: exited, resolve } = Promise.withResolvers<number>();
    this.#sessions.set(id, { output, onError, exit: resolve });
    this.#send({ open: id, ...session });
    return {
      pid: null,
      lines: createInterface({ input: output }),
      writeLine: (line) => this.#send({ session: id, line }),
      end: () => this.#send({ end: id }),
      signal: (signal) => this.#send(signal === 'SIGKILL' ? { kill: id } : { close: id }),
      exited,
    };
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  #send(command: HostCommand): void {
    this.#child ??= this.#start();
    this.#child.writeLine(JSON.stringify(command));
  }

  #start(): Child {
    const child = start([process.execPath, main], { onStderr: this.#onStderr });
    void this.#receive(child);
    return child;
  }

  async #receive(child: Child): Promise<void> {
    for await (const text of child.lines) {
      const event = JSON.parse(text) as HostEvent;
      const entry = this.#sessions.get(event.session);
      if ('line' in event) entry?.output.write(`${event.line}\n`);
      else if ('error' in event) entry?.onError(event.error);
      else this.#end(event.session, event.exit);
    }
    await child.exited;
    if (this.#child === child) this.#child = null;
    for (const id of this.#sessions.keys()) this.#end(id, 137);
  }

  #end(id: number, code: number): void {
    const entry = this.#sessions.get(id);
    this.#sessions.delete(id);
    entry?.output.end();
    entry?.exit(code);
  }
}
