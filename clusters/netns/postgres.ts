import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { start } from '../../agent/linux/exec.ts';
import type { Database, DatabaseConnection } from '../cluster.ts';
import { planHba, setGrants } from '../database/grants.ts';
import { LOG_LINE_PREFIX, parseLogLine } from '../database/log.ts';
import { asPostgresUser, copyTemplate, preparePostgres } from './postgres-package.ts';

const PORT = 5432;
/** The administrator comes over the unix socket. */
const ADMINISTRATOR = 'local all postgres trust';

/** Small and without durability: the data does not outlive the cluster. */
const settings = {
  autovacuum: 'off',
  dynamic_shared_memory_type: 'mmap', // not /dev/shm, which is the host's
  fsync: 'off',
  full_page_writes: 'off',
  huge_pages: 'off',
  io_method: 'sync',
  jit: 'off',
  log_connections: 'authorization',
  log_line_prefix: LOG_LINE_PREFIX,
  log_timezone: 'UTC',
  max_connections: '100',
  max_wal_senders: '0',
  shared_buffers: '16MB',
  synchronous_commit: 'off',
  wal_level: 'minimal',
};

export interface PostgresOptions {
  /** Its data goes here. */
  readonly dir: string;
  readonly cacheDir: string;
  readonly netns: string;
  /** It listens on; the primary one first. */
  readonly addresses: readonly string[];
  /** File that gets its log. */
  readonly log: string;
  /** Folder of its unix socket, at most 90 characters. */
  readonly socketDir: string;
}

/** Starts a PostgreSQL in the network namespace of the outside database host; it ends with the sandbox. */
export async function startPostgres(
  options: PostgresOptions,
): Promise<Database & { readonly pid: number; readonly ended: Promise<Error> }> {
  const { dir, socketDir } = options;
  const [address = '', address6] = options.addresses;
  const programs = await preparePostgres(options.cacheDir, `${dir}.new`);
  await Promise.all([copyTemplate(programs, dir), mkdir(socketDir, { recursive: true })]);
  await writeFile(join(dir, 'pg_hba.conf'), planHba(ADMINISTRATOR, []));
  const connections: DatabaseConnection[] = [];
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const flags = Object.entries({
    ...settings,
    listen_addresses: options.addresses.join(','),
    unix_socket_directories: socketDir,
    port: String(PORT),
  });
  const child = start(
    [...asPostgresUser, programs.postgres, '-D', dir, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      netns: options.netns,
      env: programs.env,
      onStderr: (line) => {
        const connection = parseLogLine(line);
        if (connection) connections.push(connection);
        if (line.includes('database system is ready to accept connections')) resolve();
        void appendFile(options.log, `${line}\n`).catch(() => {});
      },
    },
  );
  const ended = child.exited.then(
    ({ exitCode, stderrTail }) => new Error(`PostgreSQL ended with exit code ${exitCode}: ${stderrTail}`),
  );
  void ended.then(reject);
  await ready;
  return {
    pid: child.pid,
    ended,
    address,
    ...(address6 === undefined ? {} : { address6 }),
    port: PORT,
    version: programs.version,
    setGrants: (grants) =>
      setGrants(grants, {
        hba: ADMINISTRATOR,
        writeHba: (text) => writeFile(join(dir, 'pg_hba.conf'), text),
        login: { host: socketDir, port: PORT, user: 'postgres', database: 'postgres' },
      }),
    connections: (since = 0) => Promise.resolve({ entries: connections.slice(since), mark: connections.length }),
  };
}
