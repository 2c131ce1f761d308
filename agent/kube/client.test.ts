import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { KubeClient } from './client.ts';
import { execInPod } from './exec.ts';
import { KubeApiError, KubeConnectionError, isAlreadyExists, isConflict } from './error.ts';
import { namespaces, pods } from './object.ts';
import type { KubeObject } from './object.ts';
import { scriptedServer } from './scripted-server.fixture.ts';

const object: KubeObject = { metadata: { name: 'a', namespace: 'lab' } };

test.each([
  { call: 'get', run: (c: KubeClient) => c.get(pods, 'a', 'lab'), want: 'GET /api/v1/namespaces/lab/pods/a' },
  {
    call: 'list',
    run: (c: KubeClient) => c.list(pods, { fieldSelector: 'spec.nodeName=n' }),
    want: 'GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn',
  },
  {
    call: 'create',
    run: (c: KubeClient) => c.create(pods, object),
    want: 'POST /api/v1/namespaces/lab/pods application/json',
  },
  {
    call: 'replace',
    run: (c: KubeClient) => c.replace(pods, object, { subresource: 'status' }),
    want: 'PUT /api/v1/namespaces/lab/pods/a/status application/json',
  },
  {
    call: 'merge patch',
    run: (c: KubeClient) => c.patch(pods, 'a', {}, { type: 'merge', namespace: 'lab' }),
    want: 'PATCH /api/v1/namespaces/lab/pods/a application/merge-patch+json',
  },
  {
    call: 'apply',
    run: (c: KubeClient) => c.apply(namespaces, { metadata: { name: 'lab' } }, { force: true }),
    want: 'PATCH /api/v1/namespaces/lab?fieldManager=egressproof&force=true application/apply-patch+yaml',
  },
  {
    call: 'delete',
    run: (c: KubeClient) => c.delete(namespaces, 'lab'),
    want: 'DELETE /api/v1/namespaces/lab application/json',
  },
  {
    call: 'log',
    run: (c: KubeClient) => c.log('lab', 'a', { tailLines: 3 }),
    want: 'GET /api/v1/namespaces/lab/pods/a/log?tailLines=3',
  },
])('$call sends $want', async ({ run, want }) => {
  await using server = await scriptedServer((_, response) =>
    response.end('{"metadata":{"resourceVersion":"1"},"items":[]}'),
  );
  const client = new KubeClient(server.connection);
  await run(client);
  client.close();
  const [request] = server.requests;
  const query = request && request.query.size > 0 ? `?${request.query.toString()}` : '';
  expect(`${request?.method} ${request?.path}${query} ${request?.contentType ?? ''}`.trim()).toBe(want);
});

test('requests share one connection', async () => {
  await using server = await scriptedServer((_, response) => response.end('{}'));
  const client = new KubeClient(server.connection);
  for (let i = 0; i < 5; i += 1) await client.raw('/version');
  client.close();
  expect(server.connections()).toBe(1);
});

test('an idle connection that the server resets is replaced without an error', async () => {
  await using server = await scriptedServer((_, response, n) => {
    if (n === 2) response.socket?.resetAndDestroy();
    else response.end('{}');
  });
  const client = new KubeClient(server.connection);
  await client.raw('/version');
  await expect(client.raw('/version')).resolves.toBe('{}');
  client.close();
});

test('a Status becomes a KubeApiError; 404 is null for find and delete', async () => {
  const statuses = [
    { code: 409, reason: 'Conflict', message: 'the object has been modified' },
    { code: 409, reason: 'AlreadyExists', message: 'pods "a" already exists' },
    { code: 422, reason: 'Invalid', message: 'Egress is invalid', details: { causes: [{ field: 'spec' }] } },
    { code: 404, reason: 'NotFound', message: 'pods "a" not found' },
    { code: 404, reason: 'NotFound', message: 'pods "a" not found' },
  ];
  await using server = await scriptedServer((_, response, n) => {
    const status = statuses[n - 1] ?? { code: 500 };
    response.writeHead(status.code).end(JSON.stringify({ kind: 'Status', ...status }));
  });
  const client = new KubeClient(server.connection);
  const failure = (): Promise<unknown> => client.get(pods, 'a', 'lab').catch((error: unknown) => error);
  expect(isConflict(await failure())).toBe(true);
  expect(isAlreadyExists(await failure())).toBe(true);
  const invalid = await failure();
  expect(invalid).toBeInstanceOf(KubeApiError);
  expect(invalid).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'spec' }] } });
  expect(invalid).toHaveProperty('message', 'GET /api/v1/namespaces/lab/pods/a: Egress is invalid');
  expect(await client.find(pods, 'a', 'lab')).toBeNull();
  expect(await client.delete(pods, 'a', 'lab')).toBeNull();
  client.close();
});

test('silence and refusal are KubeConnectionErrors that say what was tried', async () => {
  await using server = await scriptedServer(() => undefined);
  const client = new KubeClient(server.connection, { timeoutMs: 20 });
  await expect(client.raw('/version')).rejects.toThrow(
    /GET \/version: no answer from http:\/\/127\.0\.0\.1:\d+ within 20 ms/,
  );
  const nobody = new KubeClient({ ...server.connection, server: 'http://127.0.0.1:1' });
  const refused: unknown = await nobody.raw('/version').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(KubeConnectionError);
  expect(String(refused)).toContain('http://127.0.0.1:1 is not reachable: connect ECONNREFUSED 127.0.0.1:1');
  client.close();
});

test('exec carries lines both ways and the exit code', async () => {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  let url = '';
  server.on('connection', (socket, request) => {
    url = request.url ?? '';
    socket.on('message', (data: Buffer) => {
      // Channel 255: stdin was closed. Channel 0: input, echoed in two pieces to stdout.
      if (data[0] === 255) {
        socket.send(Buffer.concat([Buffer.from([2]), Buffer.from('bye\n')]));
        const status = {
          status: 'Failure',
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: '7' }] },
        };
        socket.send(Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify(status))]));
      } else {
        socket.send(Buffer.concat([Buffer.from([1]), Buffer.from('got ')]));
        socket.send(Buffer.concat([Buffer.from([1]), data.subarray(1)]));
      }
    });
  });
  const connection = {
    server: `http://127.0.0.1:${address.port}`,
    credentials: () => Promise.resolve({ headers: {} }),
  };
  const session = await execInPod(connection, 'lab', 'a', ['egressproof-traffic', '--fast']);
  const lines = session.lines[Symbol.asyncIterator]();
  session.writeLine('ping');
  expect((await lines.next()).value).toBe('got ping');
  session.writeLine('pong');
  expect((await lines.next()).value).toBe('got pong');
  session.close();
  expect(await session.exited).toBe(7);
  expect(session.stderr()).toBe('bye\n');
  expect((await lines.next()).done).toBe(true);
  expect(url).toContain('/api/v1/namespaces/lab/pods/a/exec?');
  expect(url).toContain('command=egressproof-traffic&command=--fast');
  server.close();
});
