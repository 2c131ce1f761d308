import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubeObject } from './object.ts';

/**
 * Just enough of a Kubernetes API over HTTP for tests of clients that list, watch, create, merge-patch and delete: any
 * resource, no validation. Objects live in `objects` by the path of the object.
 */
export interface MemoryApi extends AsyncDisposable {
  readonly server: string;
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Requests that wrote, as `METHOD path`. */
  readonly writes: readonly string[];
  put(path: string, object: KubeObject): KubeObject;
  remove(path: string): void;
  /** Resolves with the object once it is as wanted. */
  until<T extends KubeObject>(path: string, isWanted: (object: T | undefined) => boolean): Promise<T>;
}

interface Target {
  /** Without the namespace, so that one watch can cover all. */
  readonly collection: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly subresource: string | null;
}

export async function memoryApi(host = '127.0.0.1', port = 0): Promise<MemoryApi> {
  const objects = new Map<string, KubeObject>();
  const writes: string[] = [];
  const watches = new Set<{ target: Target; response: ServerResponse }>();
  const waiting = new Set<() => void>();
  let version = 100;

  function changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', path: string, object: KubeObject): void {
    for (const watch of watches) {
      if (covers(watch.target, path)) watch.response.write(`${JSON.stringify({ type, object })}\n`);
    }
    for (const check of waiting) check();
  }

  function put(path: string, object: KubeObject): KubeObject {
    const before = objects.get(path);
    const target = targetOf(path);
    version += 1;
    const metadata = {
      uid: `uid-${version}`,
      creationTimestamp: new Date(version * 1000).toISOString(),
      ...before?.metadata,
      ...object.metadata,
      name: target.name ?? '',
      ...(target.namespace === null ? {} : { namespace: target.namespace }),
      resourceVersion: String(version),
    };
    const after = { ...object, metadata };
    objects.set(path, after);
    changed(before ? 'MODIFIED' : 'ADDED', path, after);
    return after;
  }

  function remove(path: string): void {
    const object = objects.get(path);
    if (!object || !objects.delete(path)) return;
    version += 1;
    changed('DELETED', path, { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  }

  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(request.method ?? 'GET', new URL(request.url ?? '/', 'http://api'), body, response));
  });

  function answer(method: string, url: URL, body: string, response: ServerResponse): void {
    const target = targetOf(url.pathname);
    const path = pathOf(target);
    const refuse = (code: number, reason: string): void => {
      response
        .writeHead(code)
        .end(JSON.stringify({ kind: 'Status', code, reason, message: `${reason}: ${url.pathname}` }));
    };
    if (method !== 'GET') writes.push(`${method} ${url.pathname}`);
    if (url.searchParams.has('watch')) {
      const watch = { target, response };
      watches.add(watch);
      response.on('close', () => watches.delete(watch));
      const since = Number(url.searchParams.get('resourceVersion'));
      response.flushHeaders();
      for (const [key, object] of objects) {
        const isNew = Number(object.metadata.resourceVersion) > since;
        if (isNew && covers(target, key)) response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
      }
    } else if (method === 'GET' && target.name === null) {
      const items = [...objects].filter(([key]) => covers(target, key)).map(([, object]) => object);
      response.end(JSON.stringify({ metadata: { resourceVersion: String(version) }, items }));
    } else if (method === 'POST') {
      const object = JSON.parse(body) as KubeObject;
      response.end(JSON.stringify(put(`${url.pathname}/${object.metadata.name}`, object)));
    } else if (!objects.has(path)) {
      refuse(404, 'NotFound');
    } else if (method === 'DELETE') {
      remove(path);
      response.end('{}');
    } else if (method === 'PATCH') {
      const current = objects.get(path) as KubeObject;
      const patch = JSON.parse(body) as KubeObject;
      const wanted = patch.metadata?.resourceVersion;
      if (wanted !== undefined && wanted !== current.metadata.resourceVersion) return refuse(409, 'Conflict');
      response.end(JSON.stringify(put(path, merge(current, patch) as KubeObject)));
    } else {
      response.end(JSON.stringify(objects.get(path)));
    }
  }

  await new Promise<void>((resolve) => http.listen(port, host, resolve));
  return {
    server: `http://${host}:${(http.address() as AddressInfo).port}`,
    objects,
    writes,
    put,
    remove,
    until: <T extends KubeObject>(path: string, isWanted: (object: T | undefined) => boolean) =>
      new Promise<T>((resolve) => {
        const check = (): void => {
          const object = objects.get(path) as T | undefined;
          if (!isWanted(object)) return;
          waiting.delete(check);
          resolve(object as T);
        };
        waiting.add(check);
        check();
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** `/api/v1/...` or `/apis/group/version/...`, then `[namespaces/NS/]plural[/name[/subresource]]`. */
function targetOf(path: string): Target {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts.splice(0, parts[0] === 'api' ? 2 : 3);
  const namespace =
    parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status' ? (parts.splice(0, 2)[1] ?? null) : null;
  const [plural = '', name = null, subresource = null] = parts;
  return { collection: `/${root.join('/')}/${plural}`, namespace, name, subresource };
}

function pathOf({ collection, namespace, name }: Target): string {
  const at = collection.lastIndexOf('/');
  const scope = namespace === null ? '' : `/namespaces/${namespace}`;
  return `${collection.slice(0, at)}${scope}${collection.slice(at)}${name === null ? '' : `/${name}`}`;
}

function covers(target: Target, path: string): boolean {
  const other = targetOf(path);
  return other.collection === target.collection && (target.namespace === null || target.namespace === other.namespace);
}

/** JSON merge patch, RFC 7396. */
function merge(value: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) delete result[key];
    else result[key] = merge(result[key], change);
  }
  return result;
}
