import { egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { canonicalAddress } from '../base/ip-range.ts';
import type { Logger } from '../base/log.ts';
import { ReconcileLoop } from '../base/reconcile-loop.ts';
import { namespaces, nodes, pods } from '../kube/object.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Kube, Reflection } from '../kube/types.ts';
import { allocate, identityOf } from './allocate.ts';
import type { Decisions } from './allocate.ts';
import { OverlapFinder } from './overlaps.ts';
import type { SelectablePod } from './overlaps.ts';
import { writeEgress, writePool } from './write.ts';

export interface ControllerOptions {
  readonly kube: Kube;
  readonly log: Logger;
}

export interface Controller {
  /** Resolves when all Egresses and pools have been looked at once. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

interface AddressedNode extends KubeObject {
  readonly status?: { readonly addresses?: readonly { readonly address: string }[] };
}

/** Pods come and go all the time; what that means for overlaps is looked at after this many milliseconds. */
const podsPauseMs = 1_000;

/** Allocates addresses from pools, and tells so in Egresses and pools. All state is in the API; a restart loses nothing. */
export function startController({ kube, log }: ControllerOptions): Controller {
  const egressItems = kube.reflect<Egress>(egresses);
  const poolItems = kube.reflect<ExternalIPPool>(externalIPPools);
  const nodeItems = kube.reflect<AddressedNode>(nodes);
  const namespaceItems = kube.reflect(namespaces);
  const podItems = kube.reflect<SelectablePod>(pods);
  const overlaps = new OverlapFinder();
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  let canAllocate = false;
  let canSelect = false;
  let previous: Decisions = new Map();

  async function reconcile(): Promise<void> {
    if (!canAllocate) return;
    const all = [...egressItems.items.values()];
    const pools = poolItems.items;
    const { decisions, usage } = allocate(all, pools.values(), previous, addressesOf(nodeItems.items.values()));
    previous = decisions;
    const lost = canSelect
      ? overlaps.find({ egresses: all, pools, namespaces: namespaceItems.items, pods: podItems.items.values() })
      : null;
    const failed = (
      await Promise.allSettled([
        ...all.map((egress) => {
          const identity = identityOf(egress);
          const overlap = lost === null ? null : lost.get(identity);
          return writeEgress(kube, egress, { decisions: decisions.get(identity), overlap });
        }),
        ...[...pools.values()].map((pool) => writePool(kube, pool, usage.get(pool.metadata.name ?? ''))),
      ])
    ).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    markReady();
  }

  const loop = new ReconcileLoop(reconcile, (error) => log.error('cannot write a finding', { error: error.message }));
  let podsTimer: NodeJS.Timeout | undefined;
  for (const reflection of [egressItems, poolItems, namespaceItems]) reflection.onChange(() => loop.trigger());
  nodeItems.onChange(({ object, previous: before, type }) => {
    if (type !== 'modified' || !isSame(addressesOf([object]), addressesOf(before ? [before] : []))) loop.trigger();
  });
  podItems.onChange(() => {
    podsTimer ??= setTimeout(() => {
      podsTimer = undefined;
      loop.trigger();
    }, podsPauseMs);
  });
  const whenSynced = (reflections: readonly Reflection<KubeObject>[], action: () => void): void => {
    Promise.all(reflections.map(({ synced }) => synced)).then(
      () => {
        action();
        loop.trigger();
      },
      // Stopped before the first list.
      () => undefined,
    );
  };
  whenSynced([egressItems, poolItems, nodeItems], () => (canAllocate = true));
  whenSynced([namespaceItems, podItems], () => (canSelect = true));
  return {
    ready,
    stop: async () => {
      clearTimeout(podsTimer);
      for (const reflection of [egressItems, poolItems, nodeItems, namespaceItems, podItems])
        reflection[Symbol.dispose]();
      await loop.stop();
    },
  };
}

/** Address to the name of its Node. */
function addressesOf(all: Iterable<AddressedNode>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { metadata, status } of all) {
    for (const { address } of status?.addresses ?? []) {
      const canonical = canonicalAddress(address);
      if (canonical !== null) found.set(canonical, metadata.name ?? '');
    }
  }
  return found;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}
