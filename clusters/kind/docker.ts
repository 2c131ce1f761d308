import { run, start } from '../../agent/linux/exec.ts';
import type { CommandOptions, Output } from '../../agent/linux/exec.ts';

/** Labels of everything that a cluster makes in Docker; kind puts its own on the nodes. */
export const clusterLabel = 'egressproof.dev/cluster';
export const kindClusterLabel = 'io.x-k8s.kind.cluster';

/** Standard output of a docker command. Throws a CommandError. */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return (await run(['docker', ...args], { timeoutMs: 60_000, ...options })).stdout;
}

export interface ContainerState {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly running: boolean;
  /** Addresses by the name of the network; `ipv6` is empty where the network has none. */
  readonly addresses: ReadonlyMap<string, ContainerAddress>;
}

export interface ContainerAddress {
  readonly ipv4: string;
  readonly ipv6: string;
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: { readonly Labels: Record<string, string> | null };
  readonly State: { readonly Running: boolean };
  readonly NetworkSettings: {
    readonly Networks: Record<string, { readonly IPAddress: string; readonly GlobalIPv6Address: string }>;
  };
}

/** Containers with a label, running or not. */
export async function containersWith(label: string, value: string): Promise<ContainerState[]> {
  const ids = lines(await docker(['ps', '--all', '--quiet', '--filter', `label=${label}=${value}`]));
  if (ids.length === 0) return [];
  // One may go while we look.
  const { stdout } = await run(['docker', 'inspect', ...ids], { allowFailure: true });
  return (JSON.parse(stdout) as Inspected[]).map(({ Id, Name, Config, State, NetworkSettings }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    running: State.Running,
    addresses: new Map(
      Object.entries(NetworkSettings.Networks).map(([name, { IPAddress: ipv4, GlobalIPv6Address: ipv6 }]) => [
        name,
        { ipv4, ipv6 },
      ]),
    ),
  }));
}

/** Everything that a container has written, to whichever stream. */
export async function containerLog(container: string): Promise<string> {
  const { stdout, stderr } = await run(['docker', 'logs', container]);
  return stdout + stderr;
}

/** A command in a running container; its children end with it when the time is up. */
export async function execIn(
  container: string,
  argv: readonly string[],
  { input, timeoutMs = 30_000, env = {}, allowFailure = false }: Omit<CommandOptions, 'netns' | 'cwd'> = {},
): Promise<Output> {
  const seconds = String(timeoutMs / 1000);
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const head = ['docker', 'exec', ...(input === undefined ? [] : ['--interactive']), ...variables, container];
  const begin = performance.now();
  // A docker client that is killed leaves what it started in the container.
  const result = run([...head, 'timeout', '--signal=KILL', seconds, ...argv], {
    ...(input === undefined ? {} : { input }),
    timeoutMs: timeoutMs + 5_000,
    allowFailure,
  });
  const ended = await result.catch((error: unknown) => error as Error);
  const isKilled = 'exitCode' in ended && ended.exitCode === killedExitCode;
  if (isKilled && performance.now() - begin >= timeoutMs)
    throw new Error(`${container}: ${argv.join(' ')}: did not end within ${timeoutMs} ms and was killed`);
  return result;
}

/** Of `timeout --signal=KILL` when it had to: 128 + SIGKILL. */
const killedExitCode = 137;

/** Runs a command to its end, each line of its standard error being told; killed when the signal says so. */
export async function runStep(
  argv: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
    readonly onLine?: (line: string) => void;
  },
): Promise<void> {
  options.signal?.throwIfAborted();
  const child = start(argv, {
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.onLine === undefined ? {} : { onStderr: options.onLine }),
  });
  const stop = (): void => void child.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const drained = (async () => {
    for await (const line of child.lines) options.onLine?.(line);
  })();
  const { exitCode, stderrTail } = await child.exited;
  await drained;
  options.signal?.removeEventListener('abort', stop);
  options.signal?.throwIfAborted();
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: exit code ${exitCode}: ${stderrTail}`);
}

export const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
