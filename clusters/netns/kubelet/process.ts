import { start } from '../../../agent/linux/exec.ts';

/** What runs in a container, be it a process or a session of a program. */
export interface Process {
  /** Null for a session, which shares its node's program host. */
  readonly pid: number | null;
  readonly lines: AsyncIterable<string>;
  writeLine(line: string): void;
  /** Ends standard input. */
  end(): void;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
}

export function startProcess(
  argv: readonly string[],
  options: { netns: string; env: Readonly<Record<string, string>>; onError: (line: string) => void },
): Process {
  const child = start(argv, { netns: options.netns, env: options.env, onStderr: options.onError, cwd: '/' });
  return {
    pid: child.pid,
    lines: child.lines,
    writeLine: (line) => child.writeLine(line),
    end: () => child.endInput(),
    signal: (signal) => child.signal(signal),
    exited: child.exited.then(({ exitCode }) => exitCode),
  };
}
