/** The result of the work, unless the signal comes first: then an Error 'interrupted'. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const interrupted = (): void => reject(new Error('interrupted'));
  if (signal.aborted) interrupted();
  signal.addEventListener('abort', interrupted, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', interrupted);
    // The rest of the work ends by itself, on things that are being cleaned up.
    work.catch(() => undefined);
  }
}
