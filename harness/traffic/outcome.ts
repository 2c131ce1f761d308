import type { Outcome } from './protocol.ts';

const byCode: Readonly<Record<string, Outcome>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
};

/** What an error of a socket says about the network; anything unknown is the probe's own failure. */
export function outcomeOf(error: unknown): Outcome {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.name === 'TimeoutError') return 'timeout';
    const code = (at as NodeJS.ErrnoException).code;
    if (code !== undefined && byCode[code] !== undefined) return byCode[code];
  }
  return 'probeError';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The connection was closed before an answer came. */
export class ClosedEarlyError extends Error {
  readonly code = 'ECONNRESET';
  constructor(where: string) {
    super(`${where} closed the connection before it answered`);
  }
}

/** Rejects with TimeoutError once the signal's time is over. */
export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
