import type { ApiObject } from './object.ts';
import { objectKey } from './resources/definition.ts';
import type { StrategyContext } from './resources/definition.ts';
import { Registry } from './resources/registry.ts';
import { Store } from './store/store.ts';

export interface StateOptions {
  /** CIDRs that services get their addresses from, one a family, the primary one first. */
  readonly serviceCIDRs: readonly string[];
  /** Changes remembered for each collection; older ones answer 410. */
  readonly eventWindow?: number;
}

/** What every request and every built-in controller works on. */
export class ApiState {
  readonly store: Store;
  readonly registry = new Registry();
  readonly serviceCIDRs: readonly string[];
  readonly #goneListeners = new Map<string, Set<() => void>>();

  constructor({ serviceCIDRs, eventWindow }: StateOptions) {
    this.store = new Store(eventWindow);
    this.serviceCIDRs = serviceCIDRs;
  }

  /** Calls back when a resource is no longer served; returns the way to unsubscribe. */
  onResourceGone(storage: string, listener: () => void): () => void {
    const listeners = this.#goneListeners.get(storage) ?? new Set();
    this.#goneListeners.set(storage, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Stops serving a custom resource; watches of it end. */
  removeResource(group: string, plural: string): void {
    const storage = this.registry.get(group, plural)?.storage ?? '';
    this.registry.remove(group, plural);
    for (const listener of this.#goneListeners.get(storage) ?? []) listener();
    this.#goneListeners.delete(storage);
    this.store.drop(storage);
  }

  find(storage: string, namespace: string | undefined, name: string): ApiObject | undefined {
    return this.store.collection(storage).items.get(objectKey(namespace, name))?.object;
  }

  strategyContext(dryRun: boolean): StrategyContext {
    return {
      list: (storage) => [...this.store.collection(storage).items.values()].map(({ object }) => object),
      find: (storage, namespace, name) => this.find(storage, namespace, name),
      serviceCIDRs: this.serviceCIDRs,
      dryRun,
    };
  }
}
