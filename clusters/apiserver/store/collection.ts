import type { ApiObject } from '../object.ts';

/** One version of one object. Never changed after it is stored. */
export interface Revision {
  readonly rv: number;
  readonly object: ApiObject;
  /** The JSON texts already made of it, by API version: each is serialised once however many watch it. */
  readonly texts: Map<string, string>;
}

/** A change of a collection. A deletion has `gone`: the last state, carrying the resourceVersion of the deletion. */
export interface Change {
  readonly rv: number;
  readonly key: string;
  readonly current: Revision | undefined;
  readonly previous: Revision | undefined;
  readonly gone: Revision | undefined;
}

export type ChangeListener = (change: Change) => void;

/** The objects of one resource, the changes still remembered, and who listens. */
export class Collection {
  readonly items = new Map<string, Revision>();
  readonly #changes: Change[] = [];
  readonly #listeners = new Set<ChangeListener>();
  readonly #window: number;
  /** Changes at or before this resourceVersion are forgotten. */
  #floor: number;
  #sorted: string[] | null = null;

  constructor(window: number, floor: number) {
    this.#window = window;
    this.#floor = floor;
  }

  /** Keys in the order in which lists are served. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.items.keys()].toSorted((a, b) => (a < b ? -1 : 1));
    return this.#sorted;
  }

  commit(key: string, change: Change): void {
    if (change.current) {
      if (!this.items.has(key)) this.#sorted = null;
      this.items.set(key, change.current);
    } else {
      this.items.delete(key);
      this.#sorted = null;
    }
    this.#changes.push(change);
    // Trimmed in batches: shifting an array for each change is linear.
    if (this.#changes.length > this.#window * 1.25) {
      const dropped = this.#changes.splice(0, this.#changes.length - this.#window);
      this.#floor = dropped.at(-1)?.rv ?? this.#floor;
    }
    for (const listener of this.#listeners) listener(change);
  }

  /** Changes after a resourceVersion, oldest first; null when some of them are forgotten. */
  since(rv: number): readonly Change[] | null {
    if (rv < this.#floor) return null;
    const start = this.#changes.findIndex((change) => change.rv > rv);
    return start < 0 ? [] : this.#changes.slice(start);
  }

  /** The collection as it was at a resourceVersion, sorted by key; null when that is forgotten. */
  stateAt(rv: number): readonly (readonly [string, Revision])[] | null {
    const later = this.since(rv);
    if (later === null) return null;
    const state = new Map(this.items);
    for (const { key, previous } of later.toReversed()) {
      if (previous) state.set(key, previous);
      else state.delete(key);
    }
    return [...state].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
