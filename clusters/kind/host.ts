import { start } from '../../agent/linux/exec.ts';
import type { Host, RunningProcess } from '../cluster.ts';
import { endsWithInput } from '../program-module.ts';
import { clusterLabel, execIn } from './docker.ts';
import type { ContainerAddress } from './docker.ts';

/** How long a program gets to end once its input has. */
const GRACE_MS = 2_000;

export interface HostOptions {
  readonly name: string;
  readonly container: string;
  readonly address: () => ContainerAddress;
  /** Names of the programs that there are. */
  readonly programs: readonly string[];
  /** The image with the programs, where the container has none: they run beside it, in its network. */
  readonly beside?: { readonly image: string; readonly cluster: string };
}

/** A container as a host. */
export function containerHost(options: HostOptions): Host {
  const { name, container, address, programs, beside } = options;
  const host: Host = {
    name,
    get address() {
      return address().ipv4;
    },
    run: (argv, runOptions = {}) => execIn(container, argv, runOptions),
    readFile: async (path) => (await execIn(container, ['cat', path])).stdout,
    start: (program, args, { env = {} } = {}) => {
      if (!programs.includes(program)) {
        const known = `this cluster was given ${programs.join(', ')}`;
        return Promise.reject(new Error(`${name}: there is no program "${program}"; ${known}`));
      }
      const variables = Object.entries({ ...env, [endsWithInput]: '1' }).flatMap(([key, value]) => [
        '--env',
        `${key}=${value}`,
      ]);
      const argv =
        beside === undefined
          ? ['docker', 'exec', '--interactive', ...variables, container, program, ...args]
          : [...besideCommand(container, beside, program, variables), ...args];
      return Promise.resolve(startProgram(argv));
    },
  };
  if (address().ipv6 === '') return host;
  return Object.defineProperty(host, 'address6', { enumerable: true, get: () => address().ipv6 });
}

function besideCommand(
  container: string,
  { image, cluster }: NonNullable<HostOptions['beside']>,
  program: string,
  variables: readonly string[],
): string[] {
  const network = ['--network', `container:${container}`, '--cap-add', 'NET_ADMIN'];
  const label = ['--label', `${clusterLabel}=${cluster}`];
  return [
    'docker',
    'run',
    '--rm',
    '--interactive',
    '--init',
    ...network,
    ...label,
    ...variables,
    '--entrypoint',
    program,
    image,
  ];
}

/** A docker client does not pass signals on to what it started in a container; the end of the input does reach it. */
function startProgram(argv: readonly string[]): RunningProcess {
  const child = start(argv);
  const stop = async (): Promise<void> => {
    child.endInput();
    const timer = setTimeout(() => void child.stop(), GRACE_MS);
    await child.exited.finally(() => clearTimeout(timer));
  };
  return {
    lines: child.lines,
    writeLine: (line) => child.writeLine(line),
    stop,
    exited: child.exited,
    [Symbol.asyncDispose]: stop,
  };
}
