import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Processes of the clusters of a state folder: all inherit an environment that names it. The own process is left out. */
export function processesOf(stateDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(
      (pid) => contentOf(`/proc/${pid}/environ`).includes(stateDir) && !contentOf(`/proc/${pid}/stat`).includes(') Z '),
    )
    .map(Number);
}

/** Waits until the kernel has ended them all; gives those that are left after the limit. */
export async function processesLeft(stateDir: string, limitMs = 5_000): Promise<string[]> {
  const until = performance.now() + limitMs;
  while (performance.now() < until && processesOf(stateDir).length > 0) await delay(10);
  return processesOf(stateDir).map((pid) => contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

/** Mounts of this machine, and entries of the folders that programs like to leave things in. */
export function hostTraces(): { mounts: string[]; files: string[] } {
  const folders = ['/dev/shm', '/run/netns', '/var/run/netns', '/tmp'];
  return {
    mounts: contentOf('/proc/self/mountinfo')
      .split('\n')
      .filter((line) => line.includes('netns') || line.includes('egressproof')),
    files: folders
      .flatMap((folder) => entriesOf(folder).map((name) => `${folder}/${name}`))
      .filter((path) => /netns|PostgreSQL|PGSQL|egressproof-nft/.test(path)),
  };
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // gone meanwhile, or not ours to read
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
