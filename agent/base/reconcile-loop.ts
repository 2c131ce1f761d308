import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.ts';

/**
 * Runs one function again and again, never twice at a time: once after any number of triggers, and again with growing
 * waits while it fails. The function looks at the whole state (level-triggered), so that no trigger carries data.
 */
export class ReconcileLoop {
  readonly #reconcile: () => Promise<void>;
  readonly #onError: (error: Error) => void;
  readonly #onRun: (seconds: number, failed: boolean) => void;
  readonly #backoff = new Backoff(50, 5_000);
  readonly #stopped = new AbortController();
  #wake: () => void = () => undefined;
  #dirty = false;
  readonly #running: Promise<void>;

  constructor(
    reconcile: () => Promise<void>,
    onError: (error: Error) => void,
    onRun: (seconds: number, failed: boolean) => void = () => undefined,
  ) {
    this.#reconcile = reconcile;
    this.#onError = onError;
    this.#onRun = onRun;
    this.#running = this.#run();
  }

  trigger(): void {
    this.#dirty = true;
    this.#wake();
  }

  /** Resolves when a run in progress has ended; nothing runs afterwards. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      while (!this.#dirty && !this.#stopped.signal.aborted)
        await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#stopped.signal.aborted) return;
      // Whatever else arrives in this turn of the event loop is part of the same run.
      await new Promise((resolve) => setImmediate(resolve));
      this.#dirty = false;
      const start = performance.now();
      const ran = (failed: boolean): void => this.#onRun((performance.now() - start) / 1000, failed);
      try {
        await this.#reconcile();
        ran(false);
        this.#backoff.reset();
      } catch (error) {
        ran(true);
        this.#onError(error instanceof Error ? error : new Error(String(error)));
        this.#dirty = true;
        await sleep(this.#backoff.next(), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
  }
}
