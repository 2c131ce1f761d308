import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseGrant } from '../cluster.ts';

const RELOAD_LIMIT_MS = 5_000;

/** How a PostgreSQL is administered. */
export interface Administration {
  /** The lines of pg_hba.conf by which the administrator gets in; they come first. */
  readonly hba: string;
  readonly writeHba: (text: string) => Promise<void>;
  readonly login: pg.ClientConfig;
}

/** pg_hba.conf: the administrator, each grant from its addresses, everybody else rejected. */
export function planHba(administrator: string, grants: readonly DatabaseGrant[]): string {
  const lines = grants.flatMap(({ database, admit }) =>
    admit.map((cidr) => `host "${database}" "${database}" ${withBits(cidr)} scram-sha-256`),
  );
  return [administrator, ...lines, ''].join('\n');
}

const withBits = (cidr: string): string => (cidr.includes('/') ? cidr : `${cidr}/${cidr.includes(':') ? 128 : 32}`);

/** Creates missing databases and roles, rewrites pg_hba.conf, and resolves when new connections are judged by it. */
export async function setGrants(grants: readonly DatabaseGrant[], administration: Administration): Promise<void> {
  for (const { database } of grants) {
    if (!/^[a-z][-_a-z0-9]{0,62}$/.test(database))
      throw new Error(
        `"${database}" cannot name a database: use 1 to 63 of a-z, 0-9, "-" and "_", beginning with a letter`,
      );
  }
  const { hba, writeHba, login } = administration;
  await writeHba(planHba(hba, grants));
  await asAdministrator(login, async (client) => {
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
  await reload(login);
}

/** Reloads pg_hba.conf and waits until new connections are judged by it: a session shows what the postmaster has loaded. */
async function reload(login: pg.ClientConfig): Promise<void> {
  const loaded = (): Promise<string> =>
    asAdministrator(
      login,
      async (client) =>
        (await client.query<{ at: string }>('select pg_conf_load_time()::text as at')).rows[0]?.at ?? '',
    );
  const before = await loaded();
  await asAdministrator(login, (client) => client.query('select pg_reload_conf()'));
  const until = performance.now() + RELOAD_LIMIT_MS;
  while ((await loaded()) === before) {
    if (performance.now() > until)
      throw new Error(`PostgreSQL did not reload pg_hba.conf within ${RELOAD_LIMIT_MS} ms; see its log`);
    await delay(2);
  }
}

export async function asAdministrator<T>(login: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(login);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
