import { execa } from 'execa';
import { createInterface } from 'node:readline';

/** What every command sees: tools of the administrator are in sbin, which is not in an ordinary user's PATH. */
const PATH = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(':');

const TERMINATION_GRACE_MS = 2_000;

export interface CommandOptions {
  /** A network namespace to run in, e.g. /run/netns/node-1. */
  readonly netns?: string;
  /** Written to standard input, which otherwise is empty. */
  readonly input?: string;
  /** Milliseconds until the command and its children are killed; default 30,000. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A non-zero exit code is returned instead of thrown. */
  readonly allowFailure?: boolean;
}

export interface Output {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that failed, with the line that repeats it. */
class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly command: string;
  readonly exitCode: number;
  readonly stderr: string;

  constructor(command: string, exitCode: number, stderr: string, reason: string) {
    super(`${command}: ${reason}${stderr.trim() === '' ? '' : `: ${lastLines(stderr)}`}`);
    this.command = command;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Runs a command to its end. It and whatever it started are killed together when the time is up. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<Output> {
  const { timeoutMs = 30_000 } = options;
  const [file = '', ...args] = inNamespace(argv, options.netns);
  const child = execa(file, args, {
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH, ...options.env },
    detached: true,
    reject: false,
    stripFinalNewline: false,
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid, 'SIGKILL');
  }, timeoutMs);
  const result = await child.finally(() => clearTimeout(timer));
  const command = pasteable(inNamespace(argv, options.netns));
  const stdout = result.stdout ?? '';
  const stderr = result.stderr ?? '';
  if (timedOut) throw new CommandError(command, -1, stderr, `did not end within ${timeoutMs} ms and was killed`);
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new CommandError(command, -1, stderr, result.shortMessage ?? 'could not be started');
  }
  const exitCode = result.exitCode ?? -1;
  if (exitCode !== 0 && options.allowFailure !== true) {
    const reason = result.signal === undefined ? `exit code ${exitCode}` : `ended by ${result.signal}`;
    throw new CommandError(command, exitCode, stderr, reason);
  }
  return { exitCode, stdout, stderr };
}

export interface StartOptions {
  readonly netns?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each line of standard error. */
  readonly onStderr?: (line: string) => void;
}

export interface Child {
  readonly pid: number;
  /** Lines of standard output; ends with the process. */
  readonly lines: AsyncIterable<string>;
  writeLine(line: string): void;
  endInput(): void;
  /** SIGTERM to the process group, SIGKILL after a grace period; resolves when the process is gone. Idempotent. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<{ readonly exitCode: number; readonly stderrTail: string }>;
}

/** Starts a long-lived command in a process group of its own. */
export function start(argv: readonly string[], options: StartOptions = {}): Child {
  const [file = '', ...args] = inNamespace(argv, options.netns);
  const child = execa(file, args, {
    stdin: 'pipe',
    buffer: false,
    detached: true,
    reject: false,
    cleanup: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH, ...options.env },
  });
  const tail: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    tail.push(line);
    if (tail.length > 40) tail.shift();
    options.onStderr?.(line);
  });
  child.stdin.on('error', () => {}); // the process may end while a line is on its way; `exited` tells
  const exited = child.then((result) => ({
    exitCode: result.exitCode ?? -1,
    stderrTail: tail.length > 0 ? tail.join('\n') : (result.shortMessage ?? ''),
  }));
  return {
    pid: child.pid ?? -1,
    lines: createInterface({ input: child.stdout }),
    writeLine: (line) => void child.stdin.write(`${line}\n`),
    endInput: () => void child.stdin.end(),
    signal: (signal) => killGroup(child.pid, signal),
    stop: async () => {
      killGroup(child.pid, 'SIGTERM');
      const timer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), TERMINATION_GRACE_MS);
      await exited.finally(() => clearTimeout(timer));
    },
    exited,
  };
}

/** `nsenter`, not `ip netns exec`: that one remounts /sys. */
function inNamespace(argv: readonly string[], netns: string | undefined): readonly string[] {
  return netns === undefined ? argv : ['nsenter', `--net=${netns}`, '--', ...argv];
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}

/** The command as a line for a shell. */
function pasteable(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-6).join('\n');
}
