import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../base/backoff.ts';
import { isGone } from './error.ts';
import type { HttpClient } from './http.ts';
import type { KubeObject, ResourceRef } from './object.ts';
import { objectKey, queryString, resourcePath, selectorQuery } from './path.ts';
import type { ListOptions, Reflection, WatchHealth } from './types.ts';
import { watchOnce } from './watch.ts';

export interface ReflectorTiming {
  /** The server is asked to end a watch after this many seconds (plus up to as much again, at random). */
  readonly watchSeconds: number;
  /** A watch still open this long after its end is cut. */
  readonly graceMs: number;
  /** Limit of a list, and of the headers of a watch. */
  readonly requestTimeoutMs: number;
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** A watch that lived this long counts as healthy: it is renewed at once. */
  readonly healthyMs: number;
}

export const defaultTiming: ReflectorTiming = {
  watchSeconds: 240,
  graceMs: 10_000,
  requestTimeoutMs: 10_000,
  backoffFirstMs: 200,
  backoffMaxMs: 10_000,
  healthyMs: 5_000,
};

type Change<T> = { type: 'added' | 'modified' | 'deleted'; object: T; previous?: T };
type Listener<T> = (change: Change<T>) => void;

/** List and watch of one collection, renewed for ever; see Reflection. */
export class Reflector<T extends KubeObject> implements Reflection<T> {
  readonly synced: Promise<void>;
  readonly #items = new Map<string, T>();
  readonly #listeners = new Set<Listener<T>>();
  readonly #stopped = new AbortController();
  readonly #http: HttpClient;
  readonly #resource: ResourceRef;
  readonly #options: ListOptions;
  readonly #timing: ReflectorTiming;
  readonly #onError: (error: Error) => void;
  readonly #backoff: Backoff;
  #resourceVersion: string | null = null;
  #heard = performance.now();
  #markSynced: () => void = () => undefined;

  constructor(
    http: HttpClient,
    resource: ResourceRef,
    options: ListOptions,
    timing: ReflectorTiming,
    onError: (error: Error) => void,
  ) {
    this.#http = http;
    this.#resource = resource;
    this.#options = options;
    this.#timing = timing;
    this.#onError = onError;
    this.#backoff = new Backoff(timing.backoffFirstMs, timing.backoffMaxMs);
    this.synced = new Promise((resolve, reject) => {
      this.#markSynced = resolve;
      const abandon = (): void => reject(new Error(`the watch of ${resource.plural} was closed before its first list`));
      this.#stopped.signal.addEventListener('abort', abandon, { once: true });
    });
    // Whoever does not wait for the first list need not handle its failure.
    this.synced.catch(() => undefined);
    void this.#run();
  }

  get health(): WatchHealth {
    return { resource: this.#resource.plural, silentMs: performance.now() - this.#heard };
  }

  get items(): ReadonlyMap<string, T> {
    return this.#items;
  }

  onChange(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#stopped.abort();
    this.#listeners.clear();
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const start = performance.now();
      const failure = await this.#round().then(
        () => null,
        (error: unknown) => error,
      );
      if (this.#stopped.signal.aborted) return;
      if (failure !== null) {
        if (isGone(failure)) this.#resourceVersion = null;
        this.#onError(failure instanceof Error ? failure : new Error('the watch failed', { cause: failure }));
      }
      // Also after a clean end: a server that ends each watch at once must not be asked in a tight loop.
      if (performance.now() - start >= this.#timing.healthyMs) this.#backoff.reset();
      if (failure !== null || performance.now() - start < this.#timing.healthyMs) {
        await sleep(this.#backoff.next(), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
  }

  async #round(): Promise<void> {
    if (this.#resourceVersion === null) await this.#list();
    const timeoutSeconds = Math.ceil(this.#timing.watchSeconds * (1 + Math.random()));
    const path =
      resourcePath(this.#resource, this.#options.namespace) +
      queryString({
        ...selectorQuery(this.#options),
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#resourceVersion ?? undefined,
        timeoutSeconds,
      });
    const { graceMs, requestTimeoutMs: connectTimeoutMs } = this.#timing;
    for await (const { type, object } of watchOnce<T>(this.#http, path, {
      timeoutSeconds,
      graceMs,
      connectTimeoutMs,
      signal: this.#stopped.signal,
    })) {
      this.#heard = performance.now();
      this.#resourceVersion = object.metadata.resourceVersion ?? this.#resourceVersion;
      if (type === 'DELETED') this.#remove(objectKey(object), object);
      else if (type !== 'BOOKMARK') this.#put(object);
    }
  }

  async #list(): Promise<void> {
    const path = resourcePath(this.#resource, this.#options.namespace) + queryString(selectorQuery(this.#options));
    const { requestTimeoutMs: timeoutMs } = this.#timing;
    const text = await this.#http.text({ method: 'GET', path, timeoutMs, signal: this.#stopped.signal });
    const list = JSON.parse(text) as { metadata: { resourceVersion: string }; items: T[] | null };
    const seen = new Set<string>();
    for (const object of list.items ?? []) {
      seen.add(objectKey(object));
      this.#put(object);
    }
    for (const [key, object] of this.#items) {
      if (!seen.has(key)) this.#remove(key, object);
    }
    this.#heard = performance.now();
    this.#resourceVersion = list.metadata.resourceVersion;
    this.#markSynced();
  }

  #put(object: T): void {
    const key = objectKey(object);
    const previous = this.#items.get(key);
    if (previous && previous.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#items.set(key, object);
    this.#tell(previous ? { type: 'modified', object, previous } : { type: 'added', object });
  }

  #remove(key: string, object: T): void {
    const previous = this.#items.get(key);
    if (!this.#items.delete(key)) return;
    this.#tell({ type: 'deleted', object, ...(previous ? { previous } : {}) });
  }

  #tell(change: Change<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // A defect of the listener, not of the connection: it must surface, and must not end the watch.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
