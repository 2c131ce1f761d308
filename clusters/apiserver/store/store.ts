import { Collection } from './collection.ts';
import type { Change, Revision } from './collection.ts';
import type { ApiObject } from '../object.ts';

/** How many changes each collection remembers for watches that resume. */
const DEFAULT_EVENT_WINDOW = 2000;

/** Everything the API server knows, in memory, ordered by one counter. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #window: number;
  readonly #listeners = new Set<(storage: string, change: Change) => void>();
  #rv = 1;

  constructor(eventWindow = DEFAULT_EVENT_WINDOW) {
    this.#window = eventWindow;
  }

  get resourceVersion(): number {
    return this.#rv;
  }

  collection(storage: string): Collection {
    let found = this.#collections.get(storage);
    if (!found) {
      found = new Collection(this.#window, this.#rv);
      this.#collections.set(storage, found);
    }
    return found;
  }

  storages(): Iterable<[string, Collection]> {
    return this.#collections;
  }

  /** Forgets a collection and all it held. */
  drop(storage: string): void {
    this.#collections.delete(storage);
  }

  /** Creates or replaces. The object belongs to the store from now on; its resourceVersion is set here. */
  put(storage: string, key: string, object: ApiObject): Revision {
    const collection = this.collection(storage);
    const current = this.#revision(object);
    this.#commit(storage, collection, {
      rv: current.rv,
      key,
      current,
      previous: collection.items.get(key),
      gone: undefined,
    });
    return current;
  }

  remove(storage: string, key: string): Revision | undefined {
    const collection = this.collection(storage);
    const previous = collection.items.get(key);
    if (!previous) return undefined;
    const gone = this.#revision({ ...previous.object, metadata: { ...previous.object.metadata } });
    this.#commit(storage, collection, { rv: gone.rv, key, current: undefined, previous, gone });
    return gone;
  }

  /** Hears every change of every collection, after the collection's own listeners. */
  listen(listener: (storage: string, change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #revision(object: ApiObject): Revision {
    this.#rv += 1;
    object.metadata.resourceVersion = String(this.#rv);
    return { rv: this.#rv, object, texts: new Map() };
  }

  #commit(storage: string, collection: Collection, change: Change): void {
    collection.commit(change.key, change);
    for (const listener of this.#listeners) listener(storage, change);
  }
}
