import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { run } from '../../agent/linux/exec.ts';
import type { Requirement } from '../requirement.ts';

/** What a cluster writes while it runs, mostly its database, and some to spare. MiB. */
const NEEDED_MIB = 200;

/** Whether clusters can be kept below a folder: room on its disk, and open to the user of the sandbox. */
export async function checkStateFolder(stateDir: string): Promise<Requirement> {
  const requirement = { name: 'state folder', ok: false };
  const folder = deepestExisting(join(resolve(stateDir), 'clusters'));
  const elsewhere = 'use another place: --state-dir DIR, or EGRESSPROOF_STATE_DIR=DIR';
  // Root in a user namespace of its own has no power over folders that another user keeps closed.
  const { exitCode } = await run(['unshare', '--user', '--map-root-user', 'test', '-x', folder], {
    allowFailure: true,
  });
  if (exitCode !== 0)
    return { ...requirement, found: `${folder} is another user's, and closed to this one`, remedy: elsewhere };
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < NEEDED_MIB) {
    return {
      ...requirement,
      found: `${free} MiB free in ${folder}, and a cluster needs ${NEEDED_MIB}`,
      remedy: `make room, or ${elsewhere}`,
    };
  }
  return { ...requirement, ok: true, found: `${folder}, ${free} MiB free`, remedy: '' };
}

function deepestExisting(path: string): string {
  return existsSync(path) || path === '/' ? path : deepestExisting(dirname(path));
}
