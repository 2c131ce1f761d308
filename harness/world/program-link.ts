import type { z } from 'zod';

/** The two directions of a resident program, be it in a pod, on a node or on an external host. */
export interface LineStream {
  readonly lines: AsyncIterable<string>;
  writeLine(line: string): void;
}

/** A resident program: commands go in, typed events come out. */
export class ProgramLink<Event> {
  readonly #stream: LineStream;
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #endListeners = new Set<() => void>();
  readonly #name: string;
  #endedBecause: string | undefined;

  constructor(stream: LineStream, schema: z.ZodType<Event>, name: string) {
    this.#stream = stream;
    this.#name = name;
    void this.#read(schema);
  }

  send(command: object): void {
    if (this.#endedBecause !== undefined) throw new Error(`${this.#name} has ended: ${this.#endedBecause}`);
    this.#stream.writeLine(JSON.stringify(command));
  }

  /** Returns the way to unsubscribe. */
  onEvent(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The first event, from now on, for which `pick` gives something.
   * @throws Error when it does not come within `limitMs` (null: there is no limit), or the program ends before.
   */
  waitFor<T>(pick: (event: Event) => T | undefined, limitMs: number | null, what: string): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const ended = (): void => reject(new Error(`${this.#name} ended before ${what}: ${this.#endedBecause}`));
    const tooLate = (): void => reject(new Error(`${this.#name}: no ${what} within ${limitMs} ms`));
    const timer = limitMs === null ? undefined : setTimeout(tooLate, limitMs);
    const unsubscribe = this.onEvent((event) => {
      try {
        const found = pick(event);
        if (found !== undefined) resolve(found);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    this.#endListeners.add(ended);
    if (this.#endedBecause !== undefined) ended();
    return promise.finally(() => {
      clearTimeout(timer);
      unsubscribe();
      this.#endListeners.delete(ended);
    });
  }

  async #read(schema: z.ZodType<Event>): Promise<void> {
    let why = 'its output ended';
    try {
      for await (const line of this.#stream.lines) {
        if (line.trim() === '') continue;
        const event = schema.parse(JSON.parse(line));
        for (const listener of this.#listeners) listener(event);
      }
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
    this.#endedBecause = why;
    for (const listener of this.#endListeners) listener();
  }
}
