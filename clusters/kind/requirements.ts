import { readFile } from 'node:fs/promises';
import { run } from '../../agent/linux/exec.ts';
import type { Requirement } from '../requirement.ts';
import { isPresent } from './images.ts';
import type { ForeignImages } from './images.ts';

/** Oldest versions that have been seen working: of the Docker Engine and of kind. */
const oldestDocker = [20, 10] as const;
const oldestKind = [0, 24] as const;

/**
 * What one node takes of the user's inotify limits, rounded up; kind's documentation ("Known issues", "Pod errors due to
 * too many open files") asks for 512 instances and 524,288 watches.
 */
const inotify = { max_user_instances: 512, max_user_watches: 65_536 } as const;

/** What clusters of kind need: Docker, kind, limits of the kernel, and images. */
export async function checkKindRequirements(images: ForeignImages): Promise<readonly Requirement[]> {
  const [docker, kind] = await Promise.all([dockerRequirements(), kindRequirement()]);
  if (docker.some(({ ok }) => !ok)) return [...docker, kind];
  return [...docker, kind, ...(await inotifyRequirements()), ...(await imageRequirements(images))];
}

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly Driver?: string;
  readonly CgroupVersion?: string;
  readonly CgroupDriver?: string;
  readonly DriverStatus?: readonly (readonly [string, string])[];
  readonly OSType?: string;
}

async function dockerRequirements(): Promise<Requirement[]> {
  const { exitCode, stdout, stderr } = await tried(['docker', 'info', '--format', '{{json .}}']);
  const info = exitCode === 0 ? (JSON.parse(stdout) as DockerInfo) : {};
  const version = info.ServerVersion;
  if (version === undefined) {
    const remedy = 'install Docker (docs.docker.com/engine/install), start it, and let this user use it';
    return [{ name: 'Docker', ok: false, found: lastLine(stderr) || 'not found', remedy }];
  }
  const isNewEnough = atLeast(version, oldestDocker);
  const isContainerd = info.DriverStatus?.some(([, value]) => value.startsWith('io.containerd.snapshotter')) === true;
  return [
    {
      name: 'Docker',
      ok: isNewEnough,
      found: `${version}, ${isContainerd ? 'containerd' : 'classic'} image store (${info.Driver})`,
      remedy: isNewEnough ? '' : `update it to ${oldestDocker.join('.')} or later`,
    },
    {
      name: 'containers',
      ok: info.OSType === 'linux',
      found: `${info.OSType}, cgroup v${info.CgroupVersion} (${info.CgroupDriver})`,
      remedy: info.OSType === 'linux' ? '' : 'switch Docker to Linux containers',
    },
  ];
}

async function kindRequirement(): Promise<Requirement> {
  const { exitCode, stdout } = await tried(['kind', 'version', '--quiet']);
  const version = stdout.trim();
  const ok = exitCode === 0 && atLeast(version, oldestKind);
  return {
    name: 'kind',
    ok,
    found: version || 'not found',
    remedy: ok ? '' : `install kind ${oldestKind.join('.')} or later: kind.sigs.k8s.io/docs/user/quick-start`,
  };
}

async function inotifyRequirements(): Promise<Requirement[]> {
  const entries = Object.entries(inotify).map(async ([name, wanted]): Promise<Requirement | null> => {
    const text = await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8').catch(() => null);
    // Where Docker runs in a virtual machine its limits are not ours to read.
    if (text === null) return null;
    const ok = Number(text) >= wanted;
    const key = `fs.inotify.${name}`;
    return { name: key, ok, found: text.trim(), remedy: ok ? '' : `run: sudo sysctl -w ${key}=${wanted}` };
  });
  return (await Promise.all(entries)).filter((one) => one !== null);
}

async function imageRequirements({ node, base, database }: ForeignImages): Promise<Requirement[]> {
  const named = [...(node === null ? [] : [node]), base, database];
  return Promise.all(
    named.map(async (image): Promise<Requirement> => {
      const present = await isPresent(image);
      // An absent image is no obstacle where there is a registry.
      return { name: `image ${image}`, ok: true, found: present ? 'present' : 'absent, will be pulled', remedy: '' };
    }),
  );
}

async function tried(argv: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return run(argv, { allowFailure: true }).catch((error: unknown) => ({
    exitCode: -1,
    stdout: '',
    stderr: error instanceof Error ? error.message : String(error),
  }));
}

/** Compares `MAJOR.MINOR...`, with or without a v before it. */
function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.replace(/^v/, '').split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
