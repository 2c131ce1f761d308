import { hostname } from 'node:os';
import { allocated, notAllocated, overlapped, withCondition } from '../api/conditions.ts';
import { egressAddresses, egresses } from '../api/egress.ts';
import type { Egress, EgressCondition } from '../api/egress.ts';
import { eventObject } from '../api/event.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { isConflict, isNotFound } from '../kube/error.ts';
import { events } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';
import type { Decision } from './allocate.ts';
import type { Overlap } from './overlaps.ts';

export interface Writer {
  readonly kube: Kube;
  /** Told of each status that was written. */
  readonly written?: ((kind: 'Egress' | 'ExternalIPPool') => void) | undefined;
}

/** What the controller has to say of an Egress. */
export interface Finding {
  /** Undefined when the Egress names no pool. */
  readonly decisions: readonly Decision[] | undefined;
  /** Undefined when it has all pods that it selects; null when that is not known yet. */
  readonly overlap: Overlap | undefined | null;
}

/**
 * The addresses first, then the conditions that tell of them, then an event when it is a failure that was not told of yet.
 * A change in between leads to another run by itself. Every write names the version that it is made for.
 */
export async function writeEgress(
  { kube, written }: Writer,
  egress: Egress,
  { decisions, overlap }: Finding,
): Promise<void> {
  const name = egress.metadata.name ?? '';
  await unlessChanged(async () => {
    let current = egress;
    const spec = decisions && specChange(egress, decisions);
    if (spec) {
      const metadata = { resourceVersion: egress.metadata.resourceVersion };
      current = await kube.patch<Egress>(egresses, name, { metadata, spec }, { type: 'merge' });
    }
    const before = current.status?.conditions ?? [];
    const allocation = decisions && allocationCondition(decisions);
    const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    let next = withCondition(before, 'IPAllocated', allocation ?? null, now);
    if (overlap !== null)
      next = withCondition(next, 'Overlapped', overlap ? overlapped(overlap.pods, overlap.winners) : null, now);
    if (next === before) return;
    const patch = { metadata: { resourceVersion: current.metadata.resourceVersion }, status: { conditions: next } };
    await kube.patch(egresses, name, patch, { type: 'merge', subresource: 'status' });
    written?.('Egress');
    const told = before.find(({ type }) => type === 'IPAllocated')?.message;
    if (allocation?.status === 'False' && allocation.message !== told) await tellOfFailure(kube, current, allocation);
  });
}

function allocationCondition(decisions: readonly Decision[]): EgressCondition {
  const refusal = decisions.find(({ why }) => why !== null)?.why ?? null;
  return refusal === null ? allocated() : notAllocated(refusal);
}

async function tellOfFailure(
  kube: Kube,
  egress: Egress,
  { reason = '', message = '' }: EgressCondition,
): Promise<void> {
  const regarding = { ...egress, apiVersion: 'crd.antrea.io/v1beta1', kind: 'Egress' };
  const context = {
    regarding,
    action: 'IPAllocation',
    controller: 'egressproof-controller',
    instance: hostname(),
  } as const;
  await kube.create(events, eventObject({ type: 'Warning', reason, note: message }, context));
}

/** What has to change in the spec for it to name the addresses decided on; null when it names them. */
function specChange(egress: Egress, decisions: readonly Decision[]): Partial<Record<string, unknown>> | null {
  const named = egressAddresses(egress);
  if (decisions.every(({ ip }, at) => ip === named[at]?.ip)) return null;
  if (egress.spec.externalIPPools === undefined) return { egressIP: decisions[0]?.ip ?? null };
  return { egressIPs: decisions.some(({ ip }) => ip !== null) ? decisions.map(({ ip }) => ip ?? '') : null };
}

export async function writePool(
  { kube, written }: Writer,
  pool: ExternalIPPool,
  usage: { readonly total: number; readonly used: number } | undefined,
): Promise<void> {
  const current = pool.status?.usage;
  if (!usage || (current?.total === usage.total && current.used === usage.used)) return;
  await unlessChanged(async () => {
    const patch = { status: { usage } };
    await kube.patch(externalIPPools, pool.metadata.name ?? '', patch, { type: 'merge', subresource: 'status' });
    written?.('ExternalIPPool');
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
