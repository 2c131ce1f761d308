import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import { egressAddresses } from '../api/egress.ts';
import { jsonLogger } from '../base/log.ts';
import { KubeClient } from '../kube/client.ts';
import { memoryApi } from '../kube/memory-api.fixture.ts';
import type { MemoryApi } from '../kube/memory-api.fixture.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';
import { startController } from './controller.ts';

const root = '/apis/crd.antrea.io/v1beta1';
const poolPath = `${root}/externalippools/p`;
const specs: readonly Egress['spec'][] = [
  { appliedTo: {}, externalIPPool: 'p' },
  { appliedTo: {}, externalIPPools: ['p', 'p'] },
  { appliedTo: {}, externalIPPool: 'p', egressIP: '10.0.0.3' },
  { appliedTo: {}, externalIPPool: 'p' },
];
const paths = specs.map((_, i) => `${root}/egresses/e${i}`);

/** Lets a number of writes through and then none: from there on the controller is as good as dead. */
function dying(kube: Kube, writes: number): { readonly kube: Kube; readonly dead: Promise<void> } {
  const { promise: dead, resolve } = Promise.withResolvers<void>();
  let left = writes;
  const wrapped = new Proxy(kube, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const isWrite = name === 'patch' || name === 'create';
      return (...args: unknown[]): unknown => {
        if (isWrite && left === 0) {
          resolve();
          return Promise.reject(new Error('killed'));
        }
        if (isWrite) left -= 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { kube: wrapped, dead };
}

/** Runs a controller until it has died, or everything is written. */
async function live(api: MemoryApi, writes: number): Promise<void> {
  const client = new KubeClient({ server: api.server, credentials: () => Promise.resolve({ headers: {} }) });
  const { kube, dead } = dying(client, writes);
  const controller = startController({ kube, log: jsonLogger(() => undefined) });
  await Promise.race([dead, controller.ready]);
  await controller.stop();
  client.close();
}

const named = (api: MemoryApi): string[][] =>
  paths.map((path) => egressAddresses(api.objects.get(path) as Egress).flatMap(({ ip }) => ip ?? []));

test('a controller that dies between any two writes loses no address and gives none twice', async () => {
  const deaths = fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(deaths, async (lives) => {
      await using api = await memoryApi();
      const spec = { ipRanges: [{ start: '10.0.0.1', end: '10.0.0.5' }], nodeSelector: {} };
      api.put(poolPath, { metadata: {}, spec } as KubeObject);
      specs.forEach((each, i) => api.put(paths[i] ?? '', { metadata: {}, spec: each } as KubeObject));
      for (const writes of lives) {
        const before = named(api);
        await live(api, writes);
        // What was written once stays.
        expect(named(api)).toEqual(before.map((ips) => expect.arrayContaining(ips)));
      }
      await live(api, Infinity);
      const all = named(api).flat();
      expect(all.toSorted()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']);
      for (const path of paths) {
        const { status } = api.objects.get(path) as Egress;
        expect(status?.conditions?.map(({ type, status: is }) => [type, is])).toEqual([['IPAllocated', 'True']]);
      }
      expect(api.objects.get(poolPath)).toHaveProperty('status.usage', { total: 5, used: 5 });
    }),
    { numRuns: 30 },
  );
}, 30_000);
