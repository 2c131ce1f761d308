import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { KubeClient } from './client.ts';
import { pods } from './object.ts';
import type { KubeObject } from './object.ts';
import type { ReflectorTiming } from './reflector.ts';
import { scriptedServer } from './scripted-server.fixture.ts';
import type { ScriptedRequest } from './scripted-server.fixture.ts';
import type { Reflection } from './types.ts';

const quick: Partial<ReflectorTiming> = { backoffFirstMs: 10, backoffMaxMs: 40, healthyMs: 1_000_000 };

const pod = (name: string, resourceVersion: string): KubeObject => ({
  metadata: { name, namespace: 'lab', resourceVersion },
});

function sendList(response: ServerResponse, resourceVersion: string, items: readonly KubeObject[]): void {
  response.end(JSON.stringify({ kind: 'PodList', metadata: { resourceVersion }, items }));
}

function sendEvent(response: ServerResponse, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

/** Resolves once the reflection holds exactly these keys at these versions. */
function holds(reflection: Reflection<KubeObject>, want: Readonly<Record<string, string>>): Promise<void> {
  const is = (): boolean => {
    const have = Object.fromEntries(
      [...reflection.items].map(([key, object]) => [key, object.metadata.resourceVersion]),
    );
    return JSON.stringify(have) === JSON.stringify(want);
  };
  return new Promise((resolve) => {
    if (is()) resolve();
    else reflection.onChange(() => is() && resolve());
  });
}

const isWatch = (request: ScriptedRequest): boolean => request.query.get('watch') === 'true';

test('lists, then watches from the version of the list, and applies events', async () => {
  await using server = await scriptedServer((request, response) => {
    if (!isWatch(request)) return sendList(response, '5', [pod('a', '3'), pod('b', '4')]);
    sendEvent(response, 'MODIFIED', pod('a', '6'));
    sendEvent(response, 'DELETED', pod('b', '7'));
    sendEvent(response, 'ADDED', pod('c', '8'));
  });
  const client = new KubeClient(server.connection);
  const reflection = client.reflect<KubeObject>(pods, { namespace: 'lab', labelSelector: 'app=erp' });
  const changes: string[] = [];
  reflection.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
  await reflection.synced;
  await holds(reflection, { 'lab/a': '6', 'lab/c': '8' });
  client.close();
  expect(changes).toEqual(['added a', 'added b', 'modified a', 'deleted b', 'added c']);
  const watch = server.requests[1];
  expect(watch?.path).toBe('/api/v1/namespaces/lab/pods');
  expect(watch?.query.get('resourceVersion')).toBe('5');
  expect(watch?.query.get('allowWatchBookmarks')).toBe('true');
  expect(watch?.query.get('labelSelector')).toBe('app=erp');
});

const gone = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

test.each([
  {
    name: '410 as status of the watch',
    refuse: (response: ServerResponse) => response.writeHead(410).end(JSON.stringify(gone)),
  },
  {
    name: '410 as event in the stream',
    refuse: (response: ServerResponse) => (sendEvent(response, 'ERROR', gone), response.end()),
  },
])('$name: lists again and notices what was deleted meanwhile', async ({ refuse }) => {
  await using server = await scriptedServer((request, response, n) => {
    if (n === 1) sendList(response, '5', [pod('a', '3'), pod('b', '4')]);
    else if (n === 2) refuse(response);
    else if (isWatch(request)) response.flushHeaders();
    else sendList(response, '9', [pod('b', '8')]);
  });
  const client = new KubeClient(server.connection, { timing: quick });
  const reflection = client.reflect<KubeObject>(pods);
  const deleted: (string | undefined)[] = [];
  reflection.onChange(({ type, object }) => type === 'deleted' && deleted.push(object.metadata.name));
  await holds(reflection, { 'lab/b': '8' });
  expect(deleted).toEqual(['a']);
  expect((await server.request(4)).query.get('resourceVersion')).toBe('9');
  client.close();
});

test('a reset connection is resumed from the last event or bookmark without a list', async () => {
  await using server = await scriptedServer((request, response, n) => {
    if (!isWatch(request)) return sendList(response, '5', []);
    response.flushHeaders();
    if (n > 2) return;
    sendEvent(response, 'ADDED', pod('a', '6'));
    sendEvent(response, 'BOOKMARK', { metadata: { resourceVersion: '70' } });
    setImmediate(() => response.socket?.resetAndDestroy());
  });
  const errors: string[] = [];
  const client = new KubeClient(server.connection, {
    timing: quick,
    onReflectError: (_, error) => errors.push(error.message),
  });
  const reflection = client.reflect<KubeObject>(pods);
  const resumed = await server.request(3);
  expect(isWatch(resumed)).toBe(true);
  expect(['6', '70']).toContain(resumed.query.get('resourceVersion'));
  expect([...reflection.items.keys()]).toEqual(['lab/a']);
  expect(errors).toHaveLength(1);
  client.close();
});

test('a server that falls silent is left after timeoutSeconds and the grace', async () => {
  await using server = await scriptedServer((request, response) => {
    if (isWatch(request)) response.flushHeaders();
    else sendList(response, '5', []);
  });
  const client = new KubeClient(server.connection, { timing: { ...quick, watchSeconds: 0.05, graceMs: 20 } });
  client.reflect(pods);
  const asked = performance.now();
  await server.request(3);
  // timeoutSeconds is whole seconds, so the smallest is 1.
  expect(performance.now() - asked).toBeGreaterThan(900);
  client.close();
});

test('a server that never answers is asked again', async () => {
  await using server = await scriptedServer(() => undefined);
  const errors: string[] = [];
  const client = new KubeClient(server.connection, {
    timing: { ...quick, requestTimeoutMs: 30 },
    onReflectError: (_, error) => errors.push(error.message),
  });
  client.reflect(pods);
  await server.request(3);
  expect(errors[0]).toMatch(/GET \/api\/v1\/pods: no answer from .* within 30 ms/);
  client.close();
});

test('watches that end at once are not asked for in a tight loop', async () => {
  await using server = await scriptedServer((request, response) => {
    if (isWatch(request)) response.end();
    else sendList(response, '5', []);
  });
  const client = new KubeClient(server.connection, { timing: { backoffFirstMs: 40, backoffMaxMs: 200 } });
  client.reflect(pods);
  const asked = performance.now();
  await server.request(6);
  // Four waits of at least 20, 40, 80 and 100 ms lie between the five watches.
  expect(performance.now() - asked).toBeGreaterThan(230);
  client.close();
});

test('closing the client before the first list rejects synced', async () => {
  await using server = await scriptedServer(() => undefined);
  const client = new KubeClient(server.connection);
  const reflection = client.reflect(pods);
  client.close();
  await expect(reflection.synced).rejects.toThrow('the watch of pods was closed before its first list');
});
