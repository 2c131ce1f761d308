import { expect, test } from 'vitest';
import type { Egress, EgressSpec } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { jsonLogger } from '../base/log.ts';
import { KubeClient } from '../kube/client.ts';
import { memoryApi } from '../kube/memory-api.fixture.ts';
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
