import type { ApiState } from '../state.ts';
import { furnish } from './bootstrap.ts';
import { sweepNamespaces } from './namespaces.ts';
import { serveCustomResources } from './custom-resources.ts';
import { startGarbageCollector } from './garbage-collector.ts';

/** Starts the controllers that an API server's users take for a part of it; returns the way to stop them. */
export function startControllers(state: ApiState, { ca }: { ca: string }): () => void {
  const stops = [startGarbageCollector(state), serveCustomResources(state)];
  let scheduled = false;
  let stopped = false;
  const sweep = (): void => {
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (!stopped) void sweepNamespaces(state);
    });
  };
  const silence = state.store.listen((storage, { current, gone }) => {
    if (storage === 'namespaces') {
      if (current?.object.metadata.deletionTimestamp !== undefined) sweep();
      else if (current) {
        const { name } = current.object.metadata;
        // Not while the namespace is being stored: its creator hears of it first.
        setImmediate(() => !stopped && state.find('namespaces', undefined, name) && furnish(state, name, ca));
      }
    } else if (gone) {
      const { namespace } = gone.object.metadata;
      if (namespace === undefined) return;
      const home = state.find('namespaces', undefined, namespace);
      if (home?.metadata.deletionTimestamp !== undefined) sweep();
      // As the real controllers do: these two come back when somebody deletes them.
      else if (home && (storage === 'serviceaccounts' || storage === 'configmaps'))
        setImmediate(() => !stopped && furnish(state, namespace, ca));
    }
  });
  return () => {
    stopped = true;
    silence();
    for (const stop of stops) stop();
  };
}
