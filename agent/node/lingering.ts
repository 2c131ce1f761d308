interface Named {
  readonly metadata: { readonly name?: string };
}

interface Gone<T> {
  readonly object: T;
  readonly timer: NodeJS.Timeout;
  /** Names of those that had the same then, and may have it further. */
  readonly sharers: ReadonlySet<string>;
}

/**
 * What was deleted counts as there for a moment longer. A policy that is replaced by deleting and creating it then shows
 * nothing of the time between, in which its pods would leave as their nodes. It ends at once for what somebody else was
 * given meanwhile: two must not have it that did not before.
 */
export class Lingering<T extends Named> implements Disposable {
  readonly #ms: number;
  readonly #over: () => void;
  readonly #clash: (one: T, other: T) => boolean;
  readonly #gone = new Map<string, Gone<T>>();

  /** `ms`: how much longer; `over` is called when that is over for one of them; `clash`: whether both have the same. */
  constructor(ms: number, over: () => void, clash: (one: T, other: T) => boolean) {
    this.#ms = ms;
    this.#over = over;
    this.#clash = clash;
  }

  /** `items`: those that are left. */
  deleted(object: T, items: ReadonlyMap<string, T>): void {
    const name = object.metadata.name ?? '';
    this.#forget(name);
    const timer = setTimeout(() => {
      this.#gone.delete(name);
      this.#over();
    }, this.#ms);
    const sharers = [...items].filter(([, other]) => this.#clash(object, other)).map(([other]) => other);
    this.#gone.set(name, { object, timer, sharers: new Set(sharers) });
  }

  /** `items`, by name, and those that were deleted a moment ago and have no successor, of the same name or otherwise. */
  with(items: ReadonlyMap<string, T>): T[] {
    const all = [...items.values()];
    for (const [name, { object, sharers }] of this.#gone) {
      const isTaken = [...items].some(([other, live]) => !sharers.has(other) && this.#clash(object, live));
      if (!items.has(name) && !isTaken) all.push(object);
    }
    return all;
  }

  [Symbol.dispose](): void {
    for (const name of [...this.#gone.keys()]) this.#forget(name);
  }

  #forget(name: string): void {
    clearTimeout(this.#gone.get(name)?.timer);
    this.#gone.delete(name);
  }
}
