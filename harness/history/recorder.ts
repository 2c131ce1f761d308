import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import type { HistoryEvent } from './events.ts';

/** The history of one case: kept for the checkers, and written line by line where it can be read afterwards. */
export class Recorder implements AsyncDisposable {
  readonly #events: HistoryEvent[] = [];
  readonly #file: WriteStream | undefined;
  #failure: Error | undefined;

  private constructor(file: WriteStream | undefined) {
    this.#file = file;
    file?.on('error', (error) => (this.#failure = error));
  }

  /** Without a path the history is only kept in memory. */
  static async open(path?: string): Promise<Recorder> {
    if (path === undefined) return new Recorder(undefined);
    await mkdir(dirname(path), { recursive: true });
    return new Recorder(createWriteStream(path, { flags: 'w' }));
  }

  record(event: HistoryEvent): void {
    this.#events.push(event);
    this.#file?.write(`${JSON.stringify(event)}\n`);
  }

  of<T extends HistoryEvent['type']>(type: T): Extract<HistoryEvent, { type: T }>[] {
    return this.#events.filter((event): event is Extract<HistoryEvent, { type: T }> => event.type === type);
  }

  /** Rejects when the file could not be written (a full disk): a result without its evidence is not one. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.end();
    await finished(this.#file).catch((error: Error) => (this.#failure ??= error));
    if (this.#failure !== undefined) {
      const message = `writing the history ${String(this.#file.path)} failed: ${this.#failure.message}; free some space or choose another --state-dir`;
      throw new Error(message, { cause: this.#failure });
    }
  }
}
