/**
 * What was deleted counts as there for a moment longer. A policy that is replaced by deleting and creating it then shows
 * nothing of the time between, in which its pods would leave as their nodes.
 */
export class Lingering<T extends { readonly metadata: { readonly name?: string } }> implements Disposable {
  readonly #ms: number;
  readonly #over: () => void;
  readonly #gone = new Map<string, { readonly object: T; readonly timer: NodeJS.Timeout }>();

  /** `ms`: how much longer; `over` is called when that is over for one of them. */
  constructor(ms: number, over: () => void) {
    this.#ms = ms;
    this.#over = over;
  }

  deleted(object: T): void {
    const name = object.metadata.name ?? '';
    this.#forget(name);
    const timer = setTimeout(() => {
      this.#gone.delete(name);
      this.#over();
    }, this.#ms);
    this.#gone.set(name, { object, timer });
  }

  /** `items`, by name, and those that were deleted a moment ago and have no successor of the same name. */
  with(items: ReadonlyMap<string, T>): T[] {
    const late = [...this.#gone].filter(([name]) => !items.has(name)).map(([, { object }]) => object);
    return [...items.values(), ...late];
  }

  [Symbol.dispose](): void {
    for (const name of [...this.#gone.keys()]) this.#forget(name);
  }

  #forget(name: string): void {
    clearTimeout(this.#gone.get(name)?.timer);
    this.#gone.delete(name);
  }
}
