import type { Connection } from './config.ts';
import { loadConnection } from './config.ts';
import { isNotFound } from './error.ts';
import { execInPod } from './exec.ts';
import { HttpClient } from './http.ts';
import type { HttpRequest } from './http.ts';
import { pods } from './object.ts';
import type { KubeObject, ResourceRef } from './object.ts';
import { queryString, resourcePath, selectorQuery } from './path.ts';
import { Reflector, defaultTiming } from './reflector.ts';
import type { ReflectorTiming } from './reflector.ts';
import type { DeleteOptions, ExecSession, Kube, ListOptions, Reflection, WatchHealth } from './types.ts';

export interface KubeClientOptions {
  /** Limit of one request, milliseconds; default 10,000. */
  readonly timeoutMs?: number;
  /** Told of each failed list or watch of a reflection, which goes on by itself. */
  readonly onReflectError?: (resource: ResourceRef, error: Error) => void;
  readonly timing?: Partial<ReflectorTiming>;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

const defaultFieldManager = 'egressproof';

/** A client from a kubeconfig; without one from $KUBECONFIG, the pod's service account or ~/.kube/config. */
export async function connectKube(
  options: KubeClientOptions & { readonly kubeconfig?: string; readonly context?: string } = {},
): Promise<KubeClient> {
  return new KubeClient(await loadConnection(options), options);
}

/** REST calls over keep-alive connections. Every method throws KubeApiError or KubeConnectionError. */
export class KubeClient implements Kube {
  readonly #connection: Connection;
  readonly #http: HttpClient;
  readonly #options: KubeClientOptions;
  readonly #reflections = new Set<Disposable & { readonly health: WatchHealth }>();

  constructor(connection: Connection, options: KubeClientOptions = {}) {
    this.#connection = connection;
    this.#http = new HttpClient(connection);
    this.#options = options;
  }

  get<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string): Promise<T> {
    return this.#json<T>({ method: 'GET', path: resourcePath(resource, namespace, name) });
  }

  find<T extends KubeObject>(resource: ResourceRef, name: string, namespace?: string): Promise<T | null> {
    return nullIfMissing(this.get<T>(resource, name, namespace));
  }

  async list<T extends KubeObject>(
    resource: ResourceRef,
    options: ListOptions = {},
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const path = resourcePath(resource, options.namespace) + queryString(selectorQuery(options));
    const list = await this.#json<{ items: T[] | null; metadata: { resourceVersion: string } }>({
      method: 'GET',
      path,
    });
    return { items: list.items ?? [], resourceVersion: list.metadata.resourceVersion };
  }

  create<T extends KubeObject>(resource: ResourceRef, object: T): Promise<T> {
    return this.#json<T>({
      method: 'POST',
      path: resourcePath(resource, object.metadata.namespace),
      body: typed(resource, object),
    });
  }

  replace<T extends KubeObject>(
    resource: ResourceRef,
    object: T,
    options: { subresource?: 'status' } = {},
  ): Promise<T> {
    const path = resourcePath(resource, object.metadata.namespace, nameOf(object), options.subresource);
    return this.#json<T>({ method: 'PUT', path, body: typed(resource, object) });
  }

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
  ): Promise<T> {
    const isApply = options.type === 'apply';
    const fieldManager = options.fieldManager ?? (isApply ? defaultFieldManager : undefined);
    const path =
      resourcePath(resource, options.namespace, name, options.subresource) +
      queryString({ fieldManager, force: isApply && options.force ? true : undefined });
    return this.#json<T>({ method: 'PATCH', path, body: patch, contentType: patchTypes[options.type] });
  }

  apply<T extends KubeObject>(
    resource: ResourceRef,
    object: T,
    options: { fieldManager?: string; force?: boolean } = {},
  ): Promise<T> {
    const { namespace } = object.metadata;
    const at = namespace === undefined ? {} : { namespace };
    return this.patch<T>(resource, nameOf(object), typed(resource, object), { type: 'apply', ...at, ...options });
  }

  delete(
    resource: ResourceRef,
    name: string,
    namespace?: string,
    options: DeleteOptions = {},
  ): Promise<KubeObject | null> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...options };
    return nullIfMissing(
      this.#json<KubeObject>({ method: 'DELETE', path: resourcePath(resource, namespace, name), body }),
    );
  }

  raw(path: string): Promise<string> {
    return this.#text({ method: 'GET', path });
  }

  log(namespace: string, pod: string, options: { container?: string; tailLines?: number } = {}): Promise<string> {
    return this.raw(resourcePath(pods, namespace, pod, 'log') + queryString({ ...options }));
  }

  exec(
    namespace: string,
    pod: string,
    command: readonly string[],
    options: { container?: string } = {},
  ): Promise<ExecSession> {
    return execInPod(this.#connection, namespace, pod, command, options.container);
  }

  reflect<T extends KubeObject>(resource: ResourceRef, options: ListOptions = {}): Reflection<T> {
    const timing = { ...defaultTiming, ...this.#options.timing };
    const report = (error: Error): void => this.#options.onReflectError?.(resource, error);
    const reflector = new Reflector<T>(this.#http, resource, options, timing, report);
    this.#reflections.add(reflector);
    return reflector;
  }

  /** Of each reflection. */
  watches(): WatchHealth[] {
    return [...this.#reflections].map(({ health }) => health);
  }

  /** Ends all reflections and closes all connections. */
  close(): void {
    for (const reflection of this.#reflections) reflection[Symbol.dispose]();
    this.#reflections.clear();
    this.#http.close();
  }

  async #json<T>(request: Omit<HttpRequest, 'timeoutMs'>): Promise<T> {
    return JSON.parse(await this.#text(request)) as T;
  }

  #text(request: Omit<HttpRequest, 'timeoutMs'>): Promise<string> {
    return this.#http.text({ ...request, timeoutMs: this.#options.timeoutMs ?? 10_000 });
  }
}

async function nullIfMissing<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Items of a list carry no type, yet writes need one. */
function typed<T extends KubeObject>(resource: ResourceRef, object: T): T {
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return { apiVersion, kind: resource.kind, ...object };
}

function nameOf(object: KubeObject): string {
  if (!object.metadata.name) throw new Error(`${object.kind ?? 'object'} has no metadata.name`);
  return object.metadata.name;
}
