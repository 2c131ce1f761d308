import { allocated, notAllocated, withCondition } from '../api/conditions.ts';
import { egressAddresses, egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import type { Logger } from '../base/log.ts';
import { ReconcileLoop } from '../base/reconcile-loop.ts';
import { isConflict, isNotFound } from '../kube/error.ts';
import type { Kube } from '../kube/types.ts';
import { allocate, identityOf } from './allocate.ts';
import type { Decision, Decisions } from './allocate.ts';

export interface ControllerOptions {
  readonly kube: Kube;
  readonly log: Logger;
}

export interface Controller {
  /** Resolves when all Egresses and pools have been looked at once. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** Allocates addresses from pools, and tells so in Egresses and pools. All state is in the API; a restart loses nothing. */
export function startController({ kube, log }: ControllerOptions): Controller {
  const egressItems = kube.reflect<Egress>(egresses);
  const poolItems = kube.reflect<ExternalIPPool>(externalIPPools);
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  let synced = false;
  let previous: Decisions = new Map();

  async function reconcile(): Promise<void> {
    if (!synced) return;
    const { decisions, usage } = allocate(egressItems.items.values(), poolItems.items.values(), previous);
    previous = decisions;
    const writes = [
      ...[...egressItems.items.values()].map((egress) => writeEgress(kube, egress, decisions.get(identityOf(egress)))),
      ...[...poolItems.items.values()].map((pool) => writePool(kube, pool, usage.get(pool.metadata.name ?? ''))),
    ];
    const failed = (await Promise.allSettled(writes)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    markReady();
  }

  const loop = new ReconcileLoop(reconcile, (error) =>
    log.error('cannot write an allocation', { error: error.message }),
  );
  egressItems.onChange(() => loop.trigger());
  poolItems.onChange(() => loop.trigger());
  Promise.all([egressItems.synced, poolItems.synced]).then(
    () => {
      synced = true;
      loop.trigger();
    },
    // Stopped before the first list.
    () => undefined,
  );
  return {
    ready,
    stop: async () => {
      egressItems[Symbol.dispose]();
      poolItems[Symbol.dispose]();
      await loop.stop();
    },
  };
}

/** The addresses first, then the condition that tells of them. A change in between leads to another run by itself. */
async function writeEgress(kube: Kube, egress: Egress, decisions: readonly Decision[] | undefined): Promise<void> {
  const name = egress.metadata.name ?? '';
  await unlessChanged(async () => {
    let current = egress;
    const spec = decisions && specChange(egress, decisions);
    if (spec) {
      const metadata = { resourceVersion: egress.metadata.resourceVersion };
      current = await kube.patch<Egress>(egresses, name, { metadata, spec }, { type: 'merge' });
    }
    const refusal = decisions?.find(({ why }) => why !== null)?.why ?? null;
    const condition = decisions ? (refusal === null ? allocated() : notAllocated(refusal)) : null;
    const conditions = current.status?.conditions ?? [];
    const next = withCondition(conditions, 'IPAllocated', condition, new Date().toISOString().replace(/\.\d+Z$/, 'Z'));
    if (next === conditions) return;
    const patch = { metadata: { resourceVersion: current.metadata.resourceVersion }, status: { conditions: next } };
    await kube.patch(egresses, name, patch, { type: 'merge', subresource: 'status' });
  });
}

/** What has to change in the spec for it to name the addresses decided on; null when it names them. */
function specChange(egress: Egress, decisions: readonly Decision[]): Partial<Record<string, unknown>> | null {
  const named = egressAddresses(egress);
  if (decisions.every(({ ip }, at) => ip === named[at]?.ip)) return null;
  if (egress.spec.externalIPPools === undefined) return { egressIP: decisions[0]?.ip ?? null };
  return { egressIPs: decisions.some(({ ip }) => ip !== null) ? decisions.map(({ ip }) => ip ?? '') : null };
}

async function writePool(
  kube: Kube,
  pool: ExternalIPPool,
  usage: { readonly total: number; readonly used: number } | undefined,
): Promise<void> {
  const current = pool.status?.usage;
  if (!usage || (current?.total === usage.total && current.used === usage.used)) return;
  await unlessChanged(async () => {
    await kube.patch(
      externalIPPools,
      pool.metadata.name ?? '',
      { status: { usage } },
      { type: 'merge', subresource: 'status' },
    );
  });
}

/** An object that has changed or gone since is seen again through its watch. */
async function unlessChanged(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}
