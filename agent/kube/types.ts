import type { KubeObject, ResourceRef } from './object.ts';

/** How the rest of the project talks to a Kubernetes API. Implemented by KubeClient (client.ts). */
export interface Kube {
  get<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string): Promise<T>;
  /** Null instead of a 404. */
  find<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string): Promise<T | null>;
  list<T extends KubeObject>(
    resource: ResourceRef,
    options?: ListOptions,
  ): Promise<{ items: T[]; resourceVersion: string }>;
  create<T extends KubeObject>(resource: ResourceRef, object: T): Promise<T>;
  /** PUT: fails with 409 Conflict when the resourceVersion is stale. */
  replace<T extends KubeObject>(resource: ResourceRef, object: T, options?: { subresource?: 'status' }): Promise<T>;
  patch<T extends KubeObject>(
    resource: ResourceRef,
    name: string,
    patch: unknown,
    options: {
      type: 'merge' | 'json' | 'strategic' | 'apply';
      namespace?: string;
      subresource?: 'status';
      fieldManager?: string;
      force?: boolean;
    },
  ): Promise<T>;
  /** Server-side apply of a whole object. */
  apply<T extends KubeObject>(
    resource: ResourceRef,
    object: T,
    options?: { fieldManager?: string; force?: boolean },
  ): Promise<T>;
  /** Null when it was not there. */
  delete(resource: ResourceRef, name: string, namespace?: string, options?: DeleteOptions): Promise<KubeObject | null>;
  /** Raw GET, e.g. /version. */
  raw(path: string): Promise<string>;
  log(namespace: string, pod: string, options?: { container?: string; tailLines?: number }): Promise<string>;
  exec(
    namespace: string,
    pod: string,
    command: readonly string[],
    options?: { container?: string },
  ): Promise<ExecSession>;
  /** A watched cache of a collection, kept up to date through disconnects, 410 Gone and silent servers. */
  reflect<T extends KubeObject>(resource: ResourceRef, options?: ListOptions): Reflection<T>;
  close(): void;
}

/** How up to date a reflection can be. */
export interface WatchHealth {
  /** The plural of the resource. */
  readonly resource: string;
  /** Milliseconds since the API server was last heard; a quiet watch hears of it every minute or so. */
  readonly silentMs: number;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  /** Fails with 409 Conflict when the object of that name is another one by now. */
  preconditions?: { uid: string };
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface Reflection<T extends KubeObject> extends Disposable {
  /** Keyed by `namespace/name`, or `name` for cluster-scoped objects. Complete once `synced` has resolved. */
  readonly items: ReadonlyMap<string, T>;
  readonly synced: Promise<void>;
  /** Called after each change of `items` (also for each object of the first list); returns the way to unsubscribe. */
  onChange(listener: (change: { type: 'added' | 'modified' | 'deleted'; object: T; previous?: T }) => void): () => void;
}

/** An exec session over the API server; lines of UTF-8 text both ways. */
export interface ExecSession {
  readonly lines: AsyncIterable<string>;
  readonly stderr: () => string;
  writeLine(line: string): void;
  /** Closes standard input and the session. */
  close(): void;
  /** The exit code of the command; -1 when the session was cut. */
  readonly exited: Promise<number>;
}
