import { setTimeout as delay } from 'node:timers/promises';

/** Pause before a failed pass is tried again, milliseconds. */
const RETRY_MS = 200;

/**
 * Runs `pass` after each call of the returned function, never two at a time; calls during a pass make one more pass.
 * Changes that come together (in the same turn) are one pass.
 */
export function reconciler(
  name: string,
  pass: () => Promise<void>,
  log: (line: string) => void,
  signal: AbortSignal,
): () => void {
  let wanted = false;
  let running = false;
  const loop = async (): Promise<void> => {
    running = true;
    while (wanted && !signal.aborted) {
      wanted = false;
      try {
        await pass();
      } catch (error) {
        if (signal.aborted) break;
        log(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        wanted = true;
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
    running = false;
  };
  return () => {
    wanted = true;
    if (!running) {
      running = true;
      setImmediate(() => void loop());
    }
  };
}
