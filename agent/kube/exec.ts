import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { KubeConfig, V1Status } from '@kubernetes/client-node';
import type { Connection } from './config.ts';
import { KubeApiError, KubeConnectionError } from './error.ts';
import type { ExecSession } from './types.ts';

const stderrLimit = 64 * 1024;
const closeGraceMs = 1_000;

/** Starts a command in a container through the API server (WebSocket, v5 or v4 channel protocol). */
export async function execInPod(
  connection: Connection,
  namespace: string,
  pod: string,
  command: readonly string[],
  container?: string,
): Promise<ExecSession> {
  // Loaded on first use: the agents never exec.
  const { Exec } = await import('@kubernetes/client-node/dist/exec.js');
  const config = { getCurrentCluster: () => ({ server: connection.server }), applyToHTTPSOptions: applyTo(connection) };
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let errors = '';
  stderr.setEncoding('utf8').on('data', (chunk: string) => (errors = (errors + chunk).slice(-stderrLimit)));
  const { promise: exited, resolve: exit } = Promise.withResolvers<number>();
  const label = `exec in ${namespace}/${pod}: ${command.join(' ')}`;
  const socket = await new Exec(config as unknown as KubeConfig)
    // client-node names the container even if undefined, which a server reads as a container with an empty name.
    .exec(namespace, pod, container ?? '', [...command], stdout, stderr, stdin, false, (status) =>
      exit(exitCodeOf(status)),
    )
    .catch((error: unknown) => Promise.reject(refusal(error, label)));
  socket.onclose = () => {
    stdout.end();
    stdin.destroy();
    exit(-1);
  };
  return {
    lines: createInterface({ input: stdout, crlfDelay: Infinity }),
    stderr: () => errors,
    writeLine: (line) => {
      if (stdin.writable) stdin.write(`${line}\n`);
    },
    close: () => {
      stdin.end();
      // The command may end by itself at the end of its input, and then has an exit code to tell.
      setTimeout(() => socket.close(), closeGraceMs).unref();
    },
    exited,
  };
}

function applyTo(connection: Connection): (options: Record<string, unknown>) => Promise<void> {
  return async (options) => {
    Object.assign(options, await connection.credentials());
  };
}

/** The exit code of a `Status` on the error channel: Success, or reason NonZeroExitCode with a cause ExitCode. */
function exitCodeOf(status: V1Status): number {
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  return code === undefined ? -1 : Number(code);
}

function refusal(event: unknown, label: string): Error {
  const message =
    typeof event === 'object' && event !== null && 'message' in event ? String(event.message) : String(event);
  const code = /Unexpected server response: (\d+)/.exec(message)?.[1];
  return code === undefined
    ? new KubeConnectionError(`${label}: ${message}`)
    : new KubeApiError(
        Number(code),
        code === '404' ? 'NotFound' : 'Unknown',
        `${label}: refused with HTTP status ${code}`,
      );
}
