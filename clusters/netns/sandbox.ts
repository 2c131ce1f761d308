import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { ClusterOptions } from '../cluster.ts';
import type { ClusterPaths } from './paths.ts';

const daemon = new URL('sandboxd.ts', import.meta.url).pathname;

/** PID 1 of the sandbox: reaps what others leave, and ends with the first program. */
const INIT = '"$@" & wait $!';

/** A listening socket on the caller's loopback; the sandbox inherits it, so that no forwarder is needed. */
export async function listenOnLoopback(): Promise<{ server: Server; port: number; fd: number }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  return { server, port, fd };
}

export interface StartedSandbox {
  /** The process that holds the sandbox; its end by whatever signal is the sandbox's end. */
  readonly pid: number;
}

/**
 * Starts the sandbox and waits until its cluster is up. User, network, mount and PID namespaces of its own: when its
 * first process dies the kernel ends all others, and with --kill-child it dies with this one.
 */
export async function startSandbox(
  paths: ClusterPaths,
  listenerFd: number,
  options: Pick<ClusterOptions, 'signal' | 'progress' | 'lifetime'> & { env: Readonly<Record<string, string>> },
): Promise<StartedSandbox> {
  const lifeline = options.lifetime === 'caller';
  const child = spawn(
    'unshare',
    [
      ...['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...[
        'sh',
        '-c',
        lifeline ? INIT.replace('&', '<&5 &') : INIT,
        'init',
        process.execPath,
        daemon,
        '--dir',
        paths.dir,
      ],
      ...(lifeline ? ['--lifeline'] : []),
    ],
    {
      detached: true,
      cwd: '/',
      env: { ...process.env, ...options.env },
      // 3: the API server's listener, 4: what happens until it is up, 5: closes when this process dies.
      stdio: ['ignore', 'ignore', 'pipe', listenerFd, 'pipe', lifeline ? 'pipe' : 'ignore'],
    },
  );
  const kill = (): void => void child.kill('SIGKILL');
  options.signal?.addEventListener('abort', kill, { once: true });
  try {
    await upOrFailed(child, options.progress);
  } catch (error) {
    kill();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', kill);
  }
  options.signal?.throwIfAborted();
  release(child);
  return { pid: child.pid ?? -1 };
}

function upOrFailed(child: ChildProcess, progress: ((step: string) => void) | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.once('error', (error) => reject(new Error(`unshare could not be started: ${error.message}`)));
  child.once('exit', (code, signal) =>
    reject(
      new Error(
        `the sandbox ended (${signal ?? `exit code ${code}`}) before its cluster was up${errors.trim() === '' ? '' : `: ${errors.trim()}`}`,
      ),
    ),
  );
  createInterface({ input: child.stdio[4] as Readable }).on('line', (line) => {
    const message = JSON.parse(line) as { step?: string; ready?: true; failed?: string };
    if (message.step !== undefined) progress?.(message.step);
    if (message.failed !== undefined) reject(new Error(message.failed));
    if (message.ready === true) resolve();
  });
  return promise;
}

/** Nothing of the child keeps the caller alive any more, but for the lifeline, which only has to stay open. */
function release(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) (stream as { unref?: () => void } | null)?.unref?.();
  (child.stdio[4] as Readable).destroy();
  child.stderr?.destroy();
}

/** Ends a sandbox and waits until its holder is gone. A process that is not ours any more is left alone. */
export async function killSandbox(pid: number, startTime: string): Promise<void> {
  const alive = (): boolean => processStartTime(pid) === startTime;
  if (!alive()) return;
  process.kill(pid, 'SIGKILL');
  // The kernel kills the sandbox's processes before their holder's end is complete.
  while (alive()) await delay(5);
}

/** When a process started, in clock ticks since boot: tells it from a later one with the same number. Null when it is gone. */
export function processStartTime(pid: number): string | null {
  try {
    // Field 22 of /proc/PID/stat; the name in field 2 may hold blanks, so count after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
