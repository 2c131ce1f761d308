import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { start } from '../../agent/linux/exec.ts';
import type { Database, DatabaseConnection, DatabaseGrant } from '../cluster.ts';
import { LOG_LINE_PREFIX, parseLogLine } from './postgres-log.ts';
import { asPostgresUser, copyTemplate, preparePostgres } from './postgres-package.ts';

const PORT = 5432;
const RELOAD_LIMIT_MS = 5_000;

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
  readonly address: string;
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
  const programs = await preparePostgres(options.cacheDir, `${dir}.new`);
  await Promise.all([copyTemplate(programs, dir), mkdir(socketDir, { recursive: true })]);
  await writeFile(join(dir, 'pg_hba.conf'), planHba([]));
  const connections: DatabaseConnection[] = [];
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const flags = Object.entries({
    ...settings,
    listen_addresses: options.address,
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
    address: options.address,
    port: PORT,
    version: programs.version,
    setGrants: (grants) => setGrants(grants, dir, socketDir),
    connections: (since = 0) => Promise.resolve({ entries: connections.slice(since), mark: connections.length }),
  };
}

/** pg_hba.conf: the administrator over the unix socket, each grant from its addresses, everybody else rejected. */
function planHba(grants: readonly DatabaseGrant[]): string {
  const lines = grants.flatMap(({ database, admit }) =>
    admit.map((cidr) => `host "${database}" "${database}" ${withBits(cidr)} scram-sha-256`),
  );
  return ['local all postgres trust', ...lines, ''].join('\n');
}

const withBits = (cidr: string): string => (cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`);

async function setGrants(grants: readonly DatabaseGrant[], dir: string, socketDir: string): Promise<void> {
  for (const { database } of grants) {
    if (!/^[a-z][-_a-z0-9]{0,62}$/.test(database))
      throw new Error(
        `"${database}" cannot name a database: use 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter`,
      );
  }
  await writeFile(join(dir, 'pg_hba.conf'), planHba(grants));
  await asAdministrator(socketDir, async (client) => {
    const { rows } = await client.query<{ datname: string }>('select datname from pg_database');
    const present = new Set(rows.map((row) => row.datname));
    for (const { database, password } of grants) {
      const role = pg.escapeIdentifier(database);
      if (present.has(database)) await client.query(`alter role ${role} password ${pg.escapeLiteral(password)}`);
      else {
        await client.query(`create role ${role} login password ${pg.escapeLiteral(password)}`);
        await client.query(`create database ${role} owner ${role}`);
      }
    }
  });
  await reload(socketDir);
}

/** Reloads pg_hba.conf and waits until new connections are judged by it: a session shows what the postmaster has loaded. */
async function reload(socketDir: string): Promise<void> {
  const loaded = (): Promise<string> =>
    asAdministrator(
      socketDir,
      async (client) =>
        (await client.query<{ at: string }>('select pg_conf_load_time()::text as at')).rows[0]?.at ?? '',
    );
  const before = await loaded();
  await asAdministrator(socketDir, (client) => client.query('select pg_reload_conf()'));
  const until = performance.now() + RELOAD_LIMIT_MS;
  while ((await loaded()) === before) {
    if (performance.now() > until)
      throw new Error(`PostgreSQL did not reload pg_hba.conf within ${RELOAD_LIMIT_MS} ms; see its log`);
    await delay(2);
  }
}

async function asAdministrator<T>(socketDir: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host: socketDir, port: PORT, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
