import { expect, test } from 'vitest';
import type { Egress, EgressSpec } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { jsonLogger } from '../base/log.ts';
import { KubeClient } from '../kube/client.ts';
import { memoryApi } from '../kube/memory-api.fixture.ts';
import type { KubeObject } from '../kube/object.ts';
import type { MemoryApi } from '../kube/memory-api.fixture.ts';
import { startController } from './controller.ts';

const egressPath = (name: string): string => `/apis/crd.antrea.io/v1beta1/egresses/${name}`;
const poolPath = '/apis/crd.antrea.io/v1beta1/externalippools/p';

const egress = (spec: Partial<EgressSpec> = {}): Egress => ({
  metadata: {},
  spec: { appliedTo: {}, externalIPPool: 'p', ...spec },
});
const pool = (start: string, end: string): ExternalIPPool => ({
  metadata: {},
  spec: { ipRanges: [{ start, end }], nodeSelector: {} },
});

const has =
  (ip: string | undefined, message: string) =>
  (object: Egress | undefined): boolean =>
    object?.spec.egressIP === ip && object?.status?.conditions?.some((entry) => entry.message === message) === true;
const isAllocated = 'EgressIP is successfully allocated';
const refusal = (why: string): string => `Cannot allocate EgressIP from ExternalIPPool: ${why}`;
const used =
  (count: number) =>
  (object: ExternalIPPool | undefined): boolean =>
    object?.status?.usage?.used === count;

function run(api: MemoryApi): AsyncDisposable & { ready: Promise<void> } {
  const connection = { server: api.server, credentials: () => Promise.resolve({ headers: {} }) };
  const kube = new KubeClient(connection);
  const controller = startController({ kube, log: jsonLogger(() => undefined) });
  return {
    ready: controller.ready,
    [Symbol.asyncDispose]: async () => {
      await controller.stop();
      kube.close();
    },
  };
}

test('an Egress gets an address; a freed one wakes the Egress that waits', async () => {
  await using api = await memoryApi();
  await using _ = run(api);
  api.put(poolPath, pool('10.0.0.1', '10.0.0.1'));
  api.put(egressPath('first'), egress());
  await api.until(egressPath('first'), has('10.0.0.1', isAllocated));
  api.put(egressPath('second'), egress());
  await api.until(egressPath('second'), has(undefined, refusal('cannot allocate IP in any range')));
  const full = await api.until(poolPath, used(1));
  expect(full).toHaveProperty('status.usage.total', 1);
  api.remove(egressPath('first'));
  await api.until(egressPath('second'), has('10.0.0.1', isAllocated));
  api.remove(egressPath('second'));
  await api.until(poolPath, used(0));
});

test('a pool that goes takes its addresses along, and one that comes gives new ones', async () => {
  await using api = await memoryApi();
  await using _ = run(api);
  api.put(egressPath('e'), egress());
  await api.until(egressPath('e'), has(undefined, refusal('ExternalIPPool p does not exist')));
  api.put(poolPath, pool('10.0.0.1', '10.0.0.9'));
  await api.until(egressPath('e'), has('10.0.0.1', isAllocated));
  api.remove(poolPath);
  await api.until(egressPath('e'), has(undefined, refusal('ExternalIPPool p does not exist')));
  api.put(poolPath, pool('10.0.5.1', '10.0.5.9'));
  await expect(api.until(egressPath('e'), has('10.0.5.1', isAllocated))).resolves.toBeDefined();
});

test('several addresses are written in their places, and half a pair is told of', async () => {
  await using api = await memoryApi();
  await using _ = run(api);
  api.put(poolPath, pool('10.0.0.1', '10.0.0.9'));
  const pair: Egress = { metadata: {}, spec: { appliedTo: {}, externalIPPools: ['six', 'p'] } };
  api.put(egressPath('pair'), pair);
  const listed =
    (ips: string[] | undefined, message: string) =>
    (object: Egress | undefined): boolean =>
      object?.spec.egressIPs?.join() === ips?.join() &&
      object?.status?.conditions?.some((entry) => entry.message === message) === true;
  await api.until(egressPath('pair'), listed(['', '10.0.0.1'], refusal('ExternalIPPool six does not exist')));
  const sixPath = '/apis/crd.antrea.io/v1beta1/externalippools/six';
  api.put(sixPath, pool('fd00::1', 'fd00::1'));
  await api.until(egressPath('pair'), listed(['fd00::1', '10.0.0.1'], isAllocated));
  api.remove(poolPath);
  await api.until(egressPath('pair'), listed(['fd00::1', ''], refusal('ExternalIPPool p does not exist')));
  api.remove(sixPath);
  await expect(
    api.until(egressPath('pair'), listed(undefined, refusal('ExternalIPPool six does not exist'))),
  ).resolves.toBeDefined();
});

test('the condition goes when the Egress no longer names a pool', async () => {
  await using api = await memoryApi();
  await using _ = run(api);
  api.put(poolPath, pool('10.0.0.1', '10.0.0.9'));
  const one = api.put(egressPath('e'), egress());
  const allocated = await api.until<Egress>(egressPath('e'), has('10.0.0.1', isAllocated));
  api.put(egressPath('e'), {
    ...allocated,
    metadata: one.metadata,
    spec: { appliedTo: {}, egressIP: '10.0.0.1' },
  } as Egress);
  const cleared = await api.until<Egress>(egressPath('e'), (object) => object?.status?.conditions?.length === 0);
  expect(cleared.spec.egressIP).toBe('10.0.0.1');
});

test('a restarted controller finds everything in place and writes nothing', async () => {
  await using api = await memoryApi();
  api.put(poolPath, pool('10.0.0.1', '10.0.0.9'));
  for (const name of ['a', 'b', 'c']) api.put(egressPath(name), egress());
  {
    await using _ = run(api);
    await Promise.all(
      ['a', 'b', 'c'].map((name) => api.until<Egress>(egressPath(name), (object) => object?.status !== undefined)),
    );
    await api.until(poolPath, used(3));
  }
  const before = api.writes.length;
  await using second = run(api);
  await second.ready;
  expect(api.writes.length).toBe(before);
});

test('who loses pods to an older Egress is told so, for as long as it does', async () => {
  await using api = await memoryApi();
  await using _ = run(api);
  const selects = (app: string): Egress => ({
    metadata: {},
    spec: { appliedTo: { podSelector: { matchLabels: { app } } }, egressIP: '192.0.2.1' },
  });
  api.put('/api/v1/namespaces/shop', { metadata: {} });
  api.put(egressPath('older'), selects('web'));
  api.put(egressPath('younger'), selects('web'));
  const webPod = { metadata: { labels: { app: 'web' } }, spec: { nodeName: 'node-1' } };
  api.put('/api/v1/namespaces/shop/pods/web-1', webPod);
  const told =
    (...messages: string[]) =>
    (object: Egress | undefined): boolean =>
      (object?.status?.conditions ?? []).map(({ message }) => message).join() === messages.join();
  await api.until(egressPath('younger'), told('1 selected Pod belongs to older Egresses: older'));
  api.put('/api/v1/namespaces/shop/pods/web-2', webPod);
  await api.until(egressPath('younger'), told('2 selected Pods belong to older Egresses: older'));
  api.put(egressPath('older'), { ...api.objects.get(egressPath('older')), ...selects('db') } as Egress);
  await api.until(egressPath('younger'), told());
  expect(api.objects.get(egressPath('older'))).not.toHaveProperty('status');
});

test('a failure is told of by one event for each reason, however often it is tried, and not again by another controller', async () => {
  await using api = await memoryApi();
  const notes = (): unknown[] => [...api.objects.values()].flatMap((object) => ('note' in object ? [object.note] : []));
  api.put(egressPath('e'), egress());
  {
    await using _ = run(api);
    await api.until(egressPath('e'), has(undefined, refusal('ExternalIPPool p does not exist')));
    for (const name of ['q', 'r']) api.put(poolPath.replace(/p$/, name), pool('10.1.0.1', '10.1.0.9'));
    await api.until(poolPath.replace(/p$/, 'r'), used(0));
    api.put(poolPath, { ...pool('10.0.0.1', '10.0.0.1') });
    await api.until(egressPath('e'), has('10.0.0.1', isAllocated));
    api.put(egressPath('second'), egress());
    await api.until(egressPath('second'), has(undefined, refusal('cannot allocate IP in any range')));
  }
  await using again = run(api);
  await again.ready;
  expect(notes()).toEqual([refusal('ExternalIPPool p does not exist'), refusal('cannot allocate IP in any range')]);
});

test('the address of a node is not given out, and taken back when a node comes with it', async () => {
  await using api = await memoryApi();
  const node = (address: string): KubeObject =>
    ({ metadata: {}, status: { addresses: [{ type: 'InternalIP', address }] } }) as KubeObject;
  api.put('/api/v1/nodes/node-1', node('10.0.0.1'));
  api.put(poolPath, pool('10.0.0.1', '10.0.0.3'));
  await using _ = run(api);
  api.put(egressPath('e'), egress());
  await api.until(egressPath('e'), has('10.0.0.2', isAllocated));
  expect(await api.until(poolPath, used(1))).toHaveProperty('status.usage.total', 2);
  api.put('/api/v1/nodes/node-2', node('10.0.0.2'));
  await api.until(egressPath('e'), has('10.0.0.3', isAllocated));
});
