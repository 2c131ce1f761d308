import type { ProgramSession } from '../../clusters/program.ts';

/** The lines of a session's input until it ends or the session has to: an input may stay open for ever. */
export async function* sessionLines({
  input,
  signal,
}: Pick<ProgramSession, 'input' | 'signal'>): AsyncGenerator<string> {
  const ended = new Promise<IteratorReturnResult<undefined>>((resolve) => {
    const end = (): void => resolve({ done: true, value: undefined });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  const lines = input[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), ended]);
    if (next.done === true) return;
    if (next.value.trim() !== '') yield next.value;
  }
}
