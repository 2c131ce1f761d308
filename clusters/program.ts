import type { Sockets } from '../agent/linux/sockets.ts';

/**
 * A session of a program inside a pod or on a host. On the embedded cluster many sessions share one process, each with
 * sockets of its own network namespace; elsewhere a session is a process with the sockets of its surroundings.
 * A program must therefore open sockets only through `sockets`, and keep no state outside its session.
 */
export interface ProgramSession {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: AsyncIterable<string>;
  /** Writes one line to standard output. */
  readonly writeLine: (line: string) => void;
  readonly writeError: (line: string) => void;
  readonly sockets: Sockets;
  /** Aborted when the session has to end. */
  readonly signal: AbortSignal;
}

/** The export of a program's module; resolves with the exit code. */
export type RunSession = (session: ProgramSession) => Promise<number>;
