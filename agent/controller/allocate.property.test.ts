import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool, IPRange } from '../api/external-ip-pool.ts';
import { Reserved } from '../api/reserved.ts';
import { allocate as allocateBeside, identityOf } from './allocate.ts';
import type { Decisions } from './allocate.ts';

/**
 * A model that counts instead of calculating: all addresses live in 10.0.0.0/24 and fd00::/120, and are numbered by
 * their last byte.
 */
interface ModelRange {
  readonly range: IPRange;
  readonly gives: readonly string[];
}

const v4 = (n: number): string => `10.0.0.${n}`;
const v6 = (n: number): string => (n === 0 ? 'fd00::' : `fd00::${n.toString(16)}`);
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const cidr = (isV4: boolean, base: number, hostBits: number): ModelRange => {
  const [text, size] = [isV4 ? v4 : v6, 2 ** hostBits];
  const all = numbers(base - (base % size), base - (base % size) + size - 1);
  const inner = size <= 2 ? all : isV4 ? all.slice(1, -1) : all.slice(1);
  return { range: { cidr: `${text(base)}/${(isV4 ? 32 : 128) - hostBits}` }, gives: inner.map(text) };
};
const fromTo = (isV4: boolean, a: number, b: number): ModelRange => {
  const [text, low, high] = [isV4 ? v4 : v6, Math.min(a, b), Math.max(a, b)];
  return { range: { start: text(low), end: text(high) }, gives: numbers(low, high).map(text) };
};
const byte = fc.nat(255);
const anyRange = fc.oneof(
  fc.tuple(fc.boolean(), byte, fc.nat(4)).map(([isV4, base, bits]) => cidr(isV4, base, bits)),
  fc.tuple(fc.boolean(), byte, fc.nat(6)).map(([isV4, a, more]) => fromTo(isV4, a, Math.min(255, a + more))),
);

interface Model {
  readonly pool: ExternalIPPool;
  /** In the order in which they are given out; pools have no overlapping ranges. */
  readonly gives: readonly string[];
}

const anyPool: fc.Arbitrary<Model> = fc
  .tuple(fc.array(anyRange, { maxLength: 4 }), fc.option(byte))
  .map(([candidates, gatewayByte]) => {
    const taken = new Set<string>();
    const ranges = candidates.filter(({ gives }) => {
      const isFree = gives.every((ip) => !taken.has(ip));
      if (isFree) for (const ip of gives) taken.add(ip);
      return isFree;
    });
    const gateway = gatewayByte === null ? null : v4(gatewayByte);
    const pool: ExternalIPPool = {
      metadata: { name: 'p' },
      spec: {
        ipRanges: ranges.map(({ range }) => range),
        nodeSelector: {},
        ...(gateway === null ? {} : { subnetInfo: { gateway, prefixLength: 24 } }),
      },
    };
    return { pool, gives: ranges.flatMap(({ gives }) => gives).filter((ip) => ip !== gateway) };
  });

const anyEgresses: fc.Arbitrary<Egress[]> = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.nat(3), fc.integer({ min: 1, max: 3 })), {
    maxLength: 12,
    selector: ([name]) => name,
  })
  .map((all) =>
    all.map(([name, age, count]) => ({
      metadata: { name, creationTimestamp: `2026-01-01T00:00:0${age}Z` },
      spec:
        count === 1
          ? { appliedTo: {}, externalIPPool: 'p' }
          : { appliedTo: {}, externalIPPools: Array.from({ length: count }, () => 'p') },
    })),
  );

const allocate = (egresses: Egress[], pools: ExternalIPPool[], previous: Decisions) =>
  allocateBeside(egresses, pools, previous, new Reserved([], []));

const given = (decisions: Decisions): string[] =>
  [...decisions.values()].flat().flatMap(({ ip, why }) => (why === null && ip !== null ? [ip] : []));

/** The specs as the controller writes them. */
const written = (all: readonly Egress[], decisions: Decisions): Egress[] =>
  all.map((egress) => {
    const ips = (decisions.get(identityOf(egress)) ?? []).map(({ ip }) => ip ?? '');
    const one = egress.spec.externalIPPool === undefined ? { egressIPs: ips } : ips[0] ? { egressIP: ips[0] } : {};
    return { ...egress, spec: { ...egress.spec, ...one } };
  });

test('the addresses of a pool are given out in order, each once, until none is left', () => {
  fc.assert(
    fc.property(anyPool, anyEgresses, ({ pool, gives }, egresses) => {
      const wanted = egresses.reduce((sum, { spec }) => sum + (spec.externalIPPools?.length ?? 1), 0);
      const { decisions, usage } = allocate(egresses, [pool], new Map());
      const out = given(decisions);
      expect(new Set(out)).toEqual(new Set(gives.slice(0, wanted)));
      expect(out.length).toBe(Math.min(wanted, gives.length));
      expect(usage.get('p')).toEqual({ total: gives.length, used: out.length });
    }),
  );
});

test('the same for every order of the cache, and for a controller that starts with what was written', () => {
  fc.assert(
    fc.property(anyPool, anyEgresses, ({ pool }, egresses) => {
      const { decisions } = allocate(egresses, [pool], new Map());
      expect(allocate(egresses.toReversed(), [pool], new Map()).decisions).toEqual(decisions);
      const specs = written(egresses, decisions);
      expect(allocate(specs, [pool], new Map()).decisions).toEqual(decisions);
      expect(allocate(specs, [pool], decisions).decisions).toEqual(decisions);
      // The cache shows nothing yet of what was written.
      expect(allocate(egresses, [pool], decisions).decisions).toEqual(decisions);
    }),
  );
});

test('who has an address keeps it whoever else comes and goes, and what is freed is given out again', () => {
  fc.assert(
    fc.property(anyPool, anyEgresses, fc.array(fc.boolean()), ({ pool, gives }, egresses, stays) => {
      const half = egresses.slice(0, Math.ceil(egresses.length / 2));
      const first = allocate(half, [pool], new Map()).decisions;
      const kept = written(half, first).filter((_, i) => stays[i] !== false);
      const second = allocate([...kept, ...egresses.slice(half.length)], [pool], first).decisions;
      for (const egress of kept) {
        const [before, after] = [first.get(identityOf(egress)), second.get(identityOf(egress))];
        before?.forEach((decision, at) => decision.ip !== null && expect(after?.[at]).toEqual(decision));
      }
      const wanted = [...kept, ...egresses.slice(half.length)].reduce(
        (sum, { spec }) => sum + (spec.externalIPPools?.length ?? 1),
        0,
      );
      const out = given(second);
      expect(new Set(out).size).toBe(out.length);
      expect(out.length).toBe(Math.min(wanted, gives.length));
    }),
  );
});

test('whatever the pool becomes, nothing that it does not give stays allocated', () => {
  fc.assert(
    fc.property(anyPool, anyPool, anyEgresses, fc.boolean(), (before, after, egresses, restarts) => {
      const first = allocate(egresses, [before.pool], new Map()).decisions;
      const told = written(egresses, first).map((egress) => {
        const isAllocated = first.get(identityOf(egress))?.every(({ why }) => why === null) === true;
        return { ...egress, status: { conditions: [{ type: 'IPAllocated', status: isAllocated ? 'True' : 'False' }] } };
      });
      const { decisions, usage } = allocate(told, [after.pool], restarts ? new Map() : first);
      const out = given(decisions);
      expect(out.every((ip) => after.gives.includes(ip))).toBe(true);
      expect(new Set(out).size).toBe(out.length);
      expect(usage.get('p')).toEqual({ total: after.gives.length, used: out.length });
    }),
  );
});
