import { dirname } from 'node:path';
import { nowUs } from '../traffic/protocol.ts';
import { faults, type FaultName } from './catalogue.ts';
import type { Fault, FaultSite } from './fault.ts';
import type { Keeper } from './keeper.ts';

/** A fault that is there. Times are CLOCK_MONOTONIC, microseconds. */
export interface Injected {
  readonly name: FaultName;
  /** When it was begun, and when that had returned: it struck in between. */
  readonly beginUs: number;
  readonly begunUs: number;
  /** Takes it back; resolves when what comes back by itself is back. Idempotent. */
  end(): Promise<void>;
}

/**
 * Makes a fault. Its undo is known to the keeper and, through `onUndo`, to the caller before anything happens, so it is
 * taken back however caller and process end.
 */
export async function injectFault(
  name: FaultName,
  site: FaultSite,
  { keeper, onUndo }: { readonly keeper: Keeper; readonly onUndo: (undo: () => Promise<void>) => void },
): Promise<Injected> {
  const fault: Fault = faults[name];
  const { cluster, adapter, node } = site;
  const lacking = fault.needs.find((one) => !cluster.capabilities[one].has);
  if (lacking !== undefined) throw new Error(`${name} cannot be made on ${cluster.name}: it lacks ${lacking}`);
  const kept = (await fault.prepare?.(site)) ?? {};
  const ended = await keeper.note({
    fault: name,
    cluster: cluster.name,
    stateDir: dirname(dirname(cluster.dir)),
    adapter: adapter.name,
    node: node.name,
    kept,
  });
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => (ending ??= fault.end(site, kept).then(ended));
  onUndo(end);
  const beginUs = nowUs();
  await fault.begin(site, kept);
  return { name, beginUs, begunUs: nowUs(), end };
}
