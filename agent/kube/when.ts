import type { KubeObject } from './object.ts';
import type { Reflection } from './types.ts';

export interface Wait<T> {
  /** Called after each change; anything but undefined ends the wait. */
  readonly look: () => T | undefined;
  readonly limitMs: number;
  /** What was waited for and what was seen last; the message of the error at the limit. */
  readonly last: () => string;
  readonly signal?: AbortSignal;
}

/** Waits until reflected objects are as wanted. @throws Error with `last()` at the limit, 'interrupted' on the signal. */
export async function whenReflected<T>(
  reflections: readonly Pick<Reflection<KubeObject>, 'onChange'>[],
  { look, limitMs, last, signal }: Wait<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const check = (): void => {
    const found = look();
    if (found !== undefined) resolve(found);
  };
  const stopLooking = reflections.map((reflection) => reflection.onChange(check));
  const timer = setTimeout(() => reject(new Error(last())), limitMs);
  const interrupted = (): void => reject(new Error('interrupted'));
  signal?.addEventListener('abort', interrupted, { once: true });
  if (signal?.aborted === true) interrupted();
  check();
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupted);
    for (const stop of stopLooking) stop();
  });
}
