import { beforeAll, expect, test } from 'vitest';
import { apiRequests, heard, map, metadataOf, patchType } from './api-request.fixture.ts';
import type { Answer, ApiRequest } from './api-request.fixture.ts';
import { egressApiContract } from './api-egress.contract.ts';
import { extensionContract } from './api-extensions.contract.ts';

/**
 * What the project asks of a Kubernetes API, and what it hears: the same requests to the embedded API server and to a
 * real kube-apiserver, and the same words back. `kubeconfig` is asked for when the tests run.
 */
export function apiContract(kubeconfig: () => string): void {
  const namespace = 'contract';
  const maps = `/api/v1/namespaces/${namespace}/configmaps`;
  let api: ApiRequest;

  beforeAll(async () => {
    api = await apiRequests(kubeconfig());
    expect((await api('POST', '/api/v1/namespaces', { metadata: { name: namespace } })).code).toBe(201);
  });

  test('what is there twice, and what is not there', async () => {
    expect((await api('POST', maps, map('a', { k: '1' }))).code).toBe(201);
    expect(heard(await api('POST', maps, map('a')))).toEqual([409, 'AlreadyExists', 'configmaps "a" already exists']);
    expect(heard(await api('GET', `${maps}/nope`))).toEqual([404, 'NotFound', 'configmaps "nope" not found']);
    expect(heard(await api('GET', '/api/v1/nope'))).toEqual([
      404,
      'NotFound',
      'the server could not find the requested resource',
    ]);
    expect(heard(await api('POST', '/api/v1/namespaces/nowhere/configmaps', map('a')))).toEqual([
      404,
      'NotFound',
      'namespaces "nowhere" not found',
    ]);
  });

  test('names', async () => {
    const made = await api('POST', maps, { ...map(''), metadata: { generateName: 'made-' } });
    expect(metadataOf(made)['name']).toMatch(/^made-[a-z0-9]{5}$/);
    expect(heard(await api('POST', maps, map('UPPER')))).toEqual([
      422,
      'Invalid',
      expect.stringMatching(
        /^ConfigMap "UPPER" is invalid: metadata\.name: Invalid value: "UPPER": a lowercase RFC 1123 subdomain must consist of lower case/,
      ),
    ]);
    expect(heard(await api('POST', maps, { ...map('x'), metadata: {} }))).toEqual([
      422,
      'Invalid',
      expect.stringMatching(
        /^ConfigMap "" is invalid: metadata\.name: Required value: name or generateName is required/,
      ),
    ]);
  });

  test('PUT: only of what one has seen', async () => {
    const first = await api('POST', maps, map('put', { k: '1' }));
    const { resourceVersion, uid } = metadataOf(first);
    const second = await api('PUT', `${maps}/put`, map('put', { k: '2' }, { resourceVersion }));
    expect(second.code).toBe(200);
    expect(metadataOf(second)['uid']).toBe(uid);
    expect(metadataOf(second)['resourceVersion']).not.toBe(resourceVersion);
    expect(heard(await api('PUT', `${maps}/put`, map('put', { k: '3' }, { resourceVersion })))).toEqual([
      409,
      'Conflict',
      'Operation cannot be fulfilled on configmaps "put": the object has been modified; please apply your changes to the latest version and try again',
    ]);
    const same = await api('PUT', `${maps}/put`, map('put', { k: '2' }));
    expect(metadataOf(same)['resourceVersion']).toBe(metadataOf(second)['resourceVersion']);
  });

  test('patches', async () => {
    await api('POST', maps, map('patched', { a: '1', b: '2' }, { labels: { keep: 'me' } }));
    const path = `${maps}/patched`;
    const merged = await api('PATCH', path, { data: { a: null, c: '3' } }, patchType('merge-patch+json'));
    expect([merged.code, merged.body['data']]).toEqual([200, { b: '2', c: '3' }]);
    const operations = [{ op: 'replace', path: '/data/b', value: 'two' }];
    const jsonPatched = await api('PATCH', path, operations, patchType('json-patch+json'));
    expect(jsonPatched.body['data']).toEqual({ b: 'two', c: '3' });
    const failing = [{ op: 'test', path: '/data/b', value: 'three' }];
    expect((await api('PATCH', path, failing, patchType('json-patch+json'))).code).toBe(422);
    const strategic = await api(
      'PATCH',
      path,
      { metadata: { labels: { more: 'x' } } },
      patchType('strategic-merge-patch+json'),
    );
    expect(metadataOf(strategic)['labels']).toEqual({ keep: 'me', more: 'x' });
    expect(heard(await api('PATCH', path, {}, patchType('nonsense')))).toEqual([
      415,
      'UnsupportedMediaType',
      '415: Unsupported Media Type',
    ]);
    const stale = { metadata: { resourceVersion: '1' }, data: { z: '1' } };
    expect((await api('PATCH', path, stale, patchType('merge-patch+json'))).code).toBe(409);
  });

  test('lists of strategic patches are merged by their keys', async () => {
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const containers = ['one', 'two'].map((name) => ({ name, image: 'x' }));
    const labels = { app: 'd' };
    const spec = {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    };
    const made = await api('POST', deployments, { metadata: { name: 'd' }, spec });
    expect([made.code, metadataOf(made)['generation']]).toEqual([201, 1]);
    const change = { spec: { template: { spec: { containers: [{ name: 'two', image: 'y' }] } } } };
    const patched = await api('PATCH', `${deployments}/d`, change, patchType('strategic-merge-patch+json'));
    const after = patched.body['spec'] as typeof spec;
    expect(after.template.spec.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['one x', 'two y']);
    expect(metadataOf(patched)['generation']).toBe(2);
    const labelled = await api('PATCH', `${deployments}/d`, { metadata: { labels } }, patchType('merge-patch+json'));
    expect(metadataOf(labelled)['generation']).toBe(2);
  });

  test('server-side apply: owners, conflicts, force', async () => {
    const path = (manager: string, more = ''): string => `${maps}/applied?fieldManager=${manager}${more}`;
    const apply = (data: object): object => map('applied', data);
    expect((await api('PATCH', path('one'), apply({ k: '1', mine: 'x' }), patchType('apply-patch+yaml'))).code).toBe(
      201,
    );
    const refused = await api('PATCH', path('two'), apply({ k: '2' }), patchType('apply-patch+yaml'));
    expect(heard(refused)).toEqual([409, 'Conflict', 'Apply failed with 1 conflict: conflict with "one": .data.k']);
    const forced = await api('PATCH', path('two', '&force=true'), apply({ k: '2' }), patchType('apply-patch+yaml'));
    expect(forced.body['data']).toEqual({ k: '2', mine: 'x' });
    const managers = metadataOf(forced)['managedFields'] as { manager: string; operation: string; fieldsV1: object }[];
    expect(managers.map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1])).toEqual([
      ['one', 'Apply', { 'f:data': { 'f:mine': {} } }],
      ['two', 'Apply', { 'f:data': { 'f:k': {} } }],
    ]);
    const less = await api('PATCH', path('one'), apply({}), patchType('apply-patch+yaml'));
    expect(less.body['data']).toEqual({ k: '2' });
  });

  test('selectors', async () => {
    await api('POST', maps, map('red', {}, { labels: { colour: 'red' } }));
    await api('POST', maps, map('blue', {}, { labels: { colour: 'blue' } }));
    const names = async (query: string): Promise<unknown> => {
      const { body } = await api('GET', `${maps}?${query}`);
      return (body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    };
    expect(await names('labelSelector=colour%3Dred')).toEqual(['red']);
    expect(await names('labelSelector=colour%20in%20(red,blue)')).toEqual(['blue', 'red']);
    expect(await names('labelSelector=colour,colour!%3Dred')).toEqual(['blue']);
    expect(await names('fieldSelector=metadata.name%3Dred')).toEqual(['red']);
    expect((await api('GET', `${maps}?fieldSelector=data.k%3D1`)).code).toBe(400);
    expect((await api('GET', `${maps}?labelSelector=a%3D%3D%3Db`)).code).toBe(400);
  });

  test('a list in pages', async () => {
    const first = await api('GET', `${maps}?limit=2`);
    const { continue: token, remainingItemCount } = metadataOf(first) as {
      continue: string;
      remainingItemCount: number;
    };
    expect([(first.body['items'] as unknown[]).length, remainingItemCount > 0]).toEqual([2, true]);
    const rest = await api('GET', `${maps}?limit=500&continue=${encodeURIComponent(token)}`);
    expect([(rest.body['items'] as unknown[]).length, metadataOf(rest)['continue']]).toEqual([
      remainingItemCount,
      undefined,
    ]);
  });

  test('a watch from a version on, and from one that nobody remembers', async () => {
    const { resourceVersion } = metadataOf(await api('GET', maps));
    await api('POST', maps, map('watched', { k: '1' }));
    await api('PATCH', `${maps}/watched`, { data: { k: '2' } }, patchType('merge-patch+json'));
    await api('DELETE', `${maps}/watched`);
    const watch = (version: unknown): Promise<Answer> =>
      api('GET', `${maps}?watch=true&timeoutSeconds=1&resourceVersion=${String(version)}&allowWatchBookmarks=true`);
    const events = linesOf<{ type: string; object: { metadata: { name: string } } }>(await watch(resourceVersion));
    expect(
      events.filter(({ type }) => type !== 'BOOKMARK').map(({ type, object }) => `${type} ${object.metadata.name}`),
    ).toEqual(['ADDED watched', 'MODIFIED watched', 'DELETED watched']);
    const [gone] = linesOf<{ type: string; object: { code: number; reason: string; message: string } }>(await watch(1));
    // A server that is young remembers everything.
    if (gone?.type === 'ADDED') return;
    expect([gone?.type, gone?.object.code, gone?.object.reason]).toEqual(['ERROR', 410, 'Expired']);
    expect(gone?.object.message).toMatch(/^too old resource version: 1 \(\d+\)$/);
  });

  test('a table', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const { body } = await api('GET', `${maps}/red`, undefined, { accept });
    const { kind, columnDefinitions, rows } = body as unknown as {
      kind: string;
      columnDefinitions: { name: string }[];
      rows: { cells: unknown[]; object: { kind: string } }[];
    };
    expect([kind, columnDefinitions.map(({ name }) => name)]).toEqual(['Table', ['Name', 'Data', 'Age']]);
    expect([rows[0]?.cells.slice(0, 2), rows[0]?.object.kind]).toEqual([['red', 0], 'PartialObjectMetadata']);
  });

  test('deletion only of what one means, and dry', async () => {
    await api('POST', maps, map('precious'));
    const wrong = { preconditions: { uid: 'other' } };
    expect(heard(await api('DELETE', `${maps}/precious`, wrong))).toEqual([
      409,
      'Conflict',
      expect.stringMatching(
        /^Operation cannot be fulfilled on ConfigMap "precious": the UID in the precondition \(other\) does not match the UID in record \(.*\)\. The object might have been deleted and then recreated$/,
      ),
    ]);
    expect((await api('DELETE', `${maps}/precious?dryRun=All`)).code).toBe(200);
    expect((await api('GET', `${maps}/precious`)).code).toBe(200);
    expect((await api('POST', `${maps}?dryRun=All`, map('dry'))).code).toBe(201);
    expect((await api('GET', `${maps}/dry`)).code).toBe(404);
  });

  test('finalizers hold a deletion back', async () => {
    await api('POST', maps, map('held', {}, { finalizers: ['example.test/hold'] }));
    await api('DELETE', `${maps}/held`);
    expect(metadataOf(await api('GET', `${maps}/held`))['deletionTimestamp']).toMatch(/^\d{4}-/);
    await api('PATCH', `${maps}/held`, { metadata: { finalizers: null } }, patchType('merge-patch+json'));
    expect((await api('GET', `${maps}/held`)).code).toBe(404);
  });

  test('a lease', async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const spec = { holderIdentity: 'one', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' };
    const made = await api('POST', leases, { metadata: { name: 'l' }, spec });
    expect([made.code, made.body['spec']]).toEqual([201, spec]);
    const taken = { ...made.body, spec: { ...spec, holderIdentity: 'two' } };
    expect((await api('PUT', `${leases}/l`, taken)).code).toBe(200);
    expect((await api('PUT', `${leases}/l`, { ...made.body, spec })).code).toBe(409);
  });

  extensionContract(() => ({ api, maps }));
  egressApiContract(() => ({ api }));

  test('a namespace takes everything with it, and takes nothing in meanwhile', async () => {
    await api('POST', '/api/v1/namespaces', { metadata: { name: 'ending' } });
    const inside = '/api/v1/namespaces/ending/configmaps';
    await api('POST', inside, map('held', {}, { finalizers: ['example.test/hold'] }));
    const deleted = await api('DELETE', '/api/v1/namespaces/ending');
    expect([deleted.code, (deleted.body['status'] as { phase: string }).phase]).toEqual([200, 'Terminating']);
    expect(heard(await api('POST', inside, map('late')))).toEqual([
      403,
      'Forbidden',
      'configmaps "late" is forbidden: unable to create new content in namespace ending because it is being terminated',
    ]);
    await expect
      .poll(async () => metadataOf(await api('GET', `${inside}/held`))['deletionTimestamp'], { timeout: 20_000 })
      .toBeDefined();
    await api('PATCH', `${inside}/held`, { metadata: { finalizers: null } }, patchType('merge-patch+json'));
    await expect.poll(async () => (await api('GET', '/api/v1/namespaces/ending')).code, { timeout: 30_000 }).toBe(404);
  });
}

function linesOf<T>({ text }: Answer): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
