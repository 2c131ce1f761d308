import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs } from './protocol.ts';

export interface Planned {
  readonly seq: number;
  readonly plannedUs: number;
  readonly startedUs: number;
  /** It starts later after its planned time than the series allows: nothing can be concluded from it. */
  readonly late: boolean;
}

/**
 * Calls `start` at t0 + k * intervalMs, on an absolute schedule: a slow answer or a late timer delays no other call.
 * Calls that are overdue are made at once, so that none is left out. A late call proves nothing, so it is made up for by
 * another one at the end, at most as many as were planned. Resolves, when all calls have ended, with the number made.
 */
export async function openLoop(
  plan: { readonly intervalMs: number; readonly maxLateMs: number; readonly count?: number | undefined },
  start: (planned: Planned) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  const firstUs = nowUs();
  const inFlight = new Set<Promise<void>>();
  let seq = 0;
  let lateCalls = 0;
  while (!signal.aborted && (plan.count === undefined || seq < plan.count + Math.min(lateCalls, plan.count))) {
    const plannedUs = Math.round(firstUs + seq * plan.intervalMs * 1000);
    const waitMs = (plannedUs - nowUs()) / 1000;
    if (waitMs > 0.5) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
    }
    const startedUs = nowUs();
    const late = startedUs - plannedUs > plan.maxLateMs * 1000;
    if (late) lateCalls += 1;
    const call = start({ seq, plannedUs, startedUs, late });
    inFlight.add(call);
    void call.finally(() => inFlight.delete(call));
    seq += 1;
  }
  await Promise.all(inFlight);
  return seq;
}
