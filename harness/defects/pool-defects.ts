import type { Egress } from '../../agent/api/egress.ts';
import type { ExternalIPPool, IPRange } from '../../agent/api/external-ip-pool.ts';
import { addressNumber, addressText } from '../../agent/base/ip-range.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Kube, Reflection } from '../../agent/kube/types.ts';
import { bent, readOtherwise } from './bent.ts';
import type { DefectName } from './names.ts';

/** What is wrong with pools, made from what the programs read and write. */
export const poolDefects: Readonly<Partial<Record<DefectName, (kube: Kube, program: string) => Kube>>> = {
  'usage-miscounted': (kube) =>
    bent(kube, {
      patch: (resource, name, patch, options) => {
        const { usage } = (patch as { status?: ExternalIPPool['status'] }).status ?? {};
        const isUsage = resource.kind === 'ExternalIPPool' && usage !== undefined;
        const fewer = isUsage ? { status: { usage: { ...usage, total: (usage.total ?? 0) - 1 } } } : patch;
        return kube.patch(resource, name, fewer, options);
      },
    }),
  'pool-gives-twice': (kube) => {
    const given = new Set<string>();
    return bent(kube, {
      patch: (resource, name, patch, options) => {
        const { spec } = patch as { spec?: Partial<Egress['spec']> };
        const ip = resource.kind === 'Egress' ? spec?.egressIP : undefined;
        if (ip === undefined || ip === null) return kube.patch(resource, name, patch, options);
        given.add(ip);
        const before = moved(ip, -1n);
        const egressIP = given.has(before) ? before : ip;
        return kube.patch(resource, name, { ...(patch as object), spec: { ...spec, egressIP } }, options);
      },
    });
  },
  'pool-highest-first': (kube) =>
    readOtherwise<ExternalIPPool>(kube, 'ExternalIPPool', (pool) =>
      withRanges(pool, (range) => singles(range).toReversed()),
    ),
  'pool-end-off-by-one': (kube) =>
    readOtherwise<ExternalIPPool>(kube, 'ExternalIPPool', (pool) =>
      withRanges(pool, (range) => [range.end === undefined ? range : { ...range, end: moved(range.end, 1n) }]),
    ),
  'freed-late': (kube, program) =>
    program !== 'controller'
      ? kube
      : bent(kube, {
          reflect: (resource, options) => {
            const reflection = kube.reflect<KubeObject>(resource, options);
            return (resource.kind === 'Egress' ? forgettingLate(reflection) : reflection) as never;
          },
        }),
  'node-addresses-given': (kube, program) =>
    program === 'controller' ? readOtherwise<KubeObject>(kube, 'Node', ({ metadata }) => ({ metadata })) : kube,
  'gateway-given': (kube, program) =>
    program !== 'controller'
      ? kube
      : readOtherwise<ExternalIPPool>(kube, 'ExternalIPPool', ({ spec: { subnetInfo: _, ...spec }, ...pool }) => ({
          ...pool,
          spec,
        })),
  'vlans-ignored': (kube) =>
    readOtherwise<ExternalIPPool>(kube, 'ExternalIPPool', (pool) => {
      const { subnetInfo, ...spec } = pool.spec;
      return subnetInfo ? { ...pool, spec: { ...spec, subnetInfo: { ...subnetInfo, vlan: 0 } } } : pool;
    }),
  // Limits of two digits are what the cases set that mean them.
  'wrong-limits-taken': (kube) =>
    readOtherwise<KubeObject>(kube, 'Node', (node) => ({
      ...node,
      metadata: {
        ...node.metadata,
        annotations: mapValues(node.metadata.annotations, (text) => (/^\d{1,2}$/.test(text) ? text : '0')),
      },
    })),
  'capacity-ignored': (kube) =>
    readOtherwise<KubeObject>(kube, 'Node', (node) => ({ ...node, metadata: { ...node.metadata, annotations: {} } })),
};

function mapValues(
  of: Readonly<Record<string, string>> = {},
  change: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
}

function withRanges(pool: ExternalIPPool, change: (range: IPRange) => readonly IPRange[]): ExternalIPPool {
  return { ...pool, spec: { ...pool.spec, ipRanges: pool.spec.ipRanges.flatMap(change) } };
}

/** Each address of a range as a range of its own. */
function singles(range: IPRange): IPRange[] {
  const { start, end } = range;
  if (start === undefined || end === undefined) return [range];
  const all: IPRange[] = [];
  for (let at = start; ; at = moved(at, 1n)) {
    all.push({ start: at, end: at });
    if (at === end) return all;
  }
}

function moved(ip: string, by: bigint): string {
  const number = addressNumber(ip);
  return number === null ? ip : addressText(number.family, number.value + by);
}

function forgettingLate(of: Reflection<KubeObject>): Reflection<KubeObject> {
  const gone = new Map<string, KubeObject>();
  of.onChange(({ type, object }) => {
    const key = object.metadata.name ?? '';
    if (type !== 'deleted') return;
    gone.set(key, object);
    setTimeout(() => gone.delete(key), lateMs).unref();
  });
  return {
    synced: of.synced,
    get items() {
      return new Map([...gone, ...of.items]);
    },
    onChange: (listener) => of.onChange(listener),
    [Symbol.dispose]: () => of[Symbol.dispose](),
  };
}

const lateMs = 30_000;
