import { exitCodes } from './exit-codes.ts';

/** The first Ctrl-C (or SIGTERM) stops cleanly; the second leaves at once, and the kernel ends the sandbox with us. */
export function watchInterrupts(note: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    note(`${name}: stopping and cleaning up; once more to leave at once`);
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}
