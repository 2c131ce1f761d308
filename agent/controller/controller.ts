import { egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { Reserved } from '../api/reserved.ts';
import type { ReservingNode } from '../api/reserved.ts';
import type { Logger } from '../base/log.ts';
import { ReconcileLoop } from '../base/reconcile-loop.ts';
import { namespaces, nodes, pods } from '../kube/object.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Kube, Reflection } from '../kube/types.ts';
import { allocate, identityOf } from './allocate.ts';
import type { Allocations, Decisions } from './allocate.ts';
import { OverlapFinder } from './overlaps.ts';
import type { SelectablePod } from './overlaps.ts';
import { writeEgress, writePool } from './write.ts';

/** Told of what the controller does, for metrics. */
export interface ControllerObserver {
  loopRan(loop: 'controller', seconds: number, failed: boolean): void;
  statusWritten(kind: 'Egress' | 'ExternalIPPool'): void;
}

/** What the controller has found last. */
export interface Findings {
  readonly egresses: Readonly<Record<'allocated' | 'pending' | 'static', number>>;
  readonly overlapped: number;
  readonly pools: readonly { readonly pool: string; readonly total: number; readonly used: number }[];
}

export interface ControllerOptions {
  readonly kube: Kube;
  readonly log: Logger;
  /** Of the Services: never given out; default none. */
  readonly serviceCIDRs?: readonly string[];
  readonly observer?: ControllerObserver;
}

export interface Controller {
  /** Resolves when all Egresses and pools have been looked at once. */
  readonly ready: Promise<void>;
  findings(): Findings;
  stop(): Promise<void>;
}

/** Pods come and go all the time; what that means for overlaps is looked at after this many milliseconds. */
const podsPauseMs = 1_000;

/** Allocates addresses from pools, and tells so in Egresses and pools. All state is in the API; a restart loses nothing. */
export function startController({ kube, log, serviceCIDRs = [], observer }: ControllerOptions): Controller {
  const egressItems = kube.reflect<Egress>(egresses);
  const poolItems = kube.reflect<ExternalIPPool>(externalIPPools);
  const nodeItems = kube.reflect<ReservingNode>(nodes);
  const namespaceItems = kube.reflect(namespaces);
  const podItems = kube.reflect<SelectablePod>(pods);
  const overlaps = new OverlapFinder();
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  let canAllocate = false;
  let canSelect = false;
  let previous: Decisions = new Map();
  let findings: Findings = { egresses: { allocated: 0, pending: 0, static: 0 }, overlapped: 0, pools: [] };
  const written = observer && ((kind: 'Egress' | 'ExternalIPPool') => observer.statusWritten(kind));

  async function reconcile(): Promise<void> {
    if (!canAllocate) return;
    const all = [...egressItems.items.values()];
    const pools = poolItems.items;
    const { decisions, usage } = allocate(
      all,
      pools.values(),
      previous,
      new Reserved(nodeItems.items.values(), serviceCIDRs),
    );
    previous = decisions;
    const lost = canSelect
      ? overlaps.find({ egresses: all, pools, namespaces: namespaceItems.items, pods: podItems.items.values() })
      : null;
    findings = findingsOf(all, decisions, usage, lost?.size ?? 0);
    const failed = (
      await Promise.allSettled([
        ...all.map((egress) => {
          const identity = identityOf(egress);
          const overlap = lost === null ? null : lost.get(identity);
          return writeEgress({ kube, written }, egress, { decisions: decisions.get(identity), overlap });
        }),
        ...[...pools.values()].map((pool) => writePool({ kube, written }, pool, usage.get(pool.metadata.name ?? ''))),
      ])
    ).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    markReady();
  }

  const loop = new ReconcileLoop(
    reconcile,
    (error) => log.error('cannot write a finding', { error: error.message }),
    (seconds, failed) => observer?.loopRan('controller', seconds, failed),
  );
  let podsTimer: NodeJS.Timeout | undefined;
  for (const reflection of [egressItems, poolItems, namespaceItems]) reflection.onChange(() => loop.trigger());
  nodeItems.onChange(({ object, previous: before, type }) => {
    if (type !== 'modified' || !reservedBy(object).isSameAs(reservedBy(before))) loop.trigger();
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
    findings: () => findings,
    stop: async () => {
      clearTimeout(podsTimer);
      for (const reflection of [egressItems, poolItems, nodeItems, namespaceItems, podItems])
        reflection[Symbol.dispose]();
      await loop.stop();
    },
  };
}

function findingsOf(
  all: readonly Egress[],
  decisions: Decisions,
  usage: Allocations['usage'],
  overlapped: number,
): Findings {
  const pending = [...decisions.values()].filter((each) => each.some(({ why }) => why !== null)).length;
  return {
    egresses: { allocated: decisions.size - pending, pending, static: all.length - decisions.size },
    overlapped,
    pools: [...usage].map(([pool, { total, used }]) => ({ pool, total, used })),
  };
}

function reservedBy(node: ReservingNode | undefined): Reserved {
  return new Reserved(node === undefined ? [] : [node], []);
}
