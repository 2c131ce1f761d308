import { setTimeout as delay } from 'node:timers/promises';
import { getContainerRuntimeClient } from 'testcontainers';
import type { Database, DatabaseConnection } from '../cluster.ts';
import { asAdministrator, setGrants } from '../database/grants.ts';
import type { Administration } from '../database/grants.ts';
import { parseLogLine } from '../database/log.ts';
import type { KindRecord } from './config.ts';
import { containerLog, docker, execIn } from './docker.ts';
import type { ContainerAddress } from './docker.ts';
import { databasePort } from './outside.ts';

const ADMINISTRATOR = 'postgres';
/** How long a line of the database's log may take through Docker. */
const LOG_LIMIT_MS = 5_000;

/** The database of a container that runs. */
export async function openDatabase(
  container: string,
  { ipv4, ipv6 }: ContainerAddress,
  { databasePassword: password }: Pick<KindRecord, 'databasePassword'>,
): Promise<Database> {
  const login = await loginOf(container, password);
  const administration: Administration = {
    // Others get in by their grants only.
    hba: [`local all ${ADMINISTRATOR} trust`, `host all ${ADMINISTRATOR} all scram-sha-256`].join('\n'),
    writeHba: async (text) => {
      await execIn(container, ['sh', '-c', 'cat > "$PGDATA/pg_hba.conf"'], { input: text });
    },
    login,
  };
  const version = await asAdministrator(login, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  });
  return {
    address: ipv4,
    ...(ipv6 === '' ? {} : { address6: ipv6 }),
    port: databasePort,
    version,
    setGrants: (grants) => setGrants(grants, administration),
    connections: async (since = 0) => {
      const all = await readConnections(container, administration);
      return { entries: all.slice(since), mark: all.length };
    },
  };
}

/** The administrator's way in: the port of this machine that Docker leads to the database. */
async function loginOf(container: string, password: string): Promise<Administration['login']> {
  const published = await docker(['port', container, `${databasePort}/tcp`]);
  const port = Number(published.trim().split('\n')[0]?.split(':').at(-1));
  if (!port) throw new Error(`container ${container} has no published port ${databasePort}: ${published}`);
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime;
  return { host, port, user: ADMINISTRATOR, password, database: 'postgres' };
}

/** Everything that the log has about applications, up to a line of our own: Docker passes lines on a moment later. */
async function readConnections(container: string, { login }: Administration): Promise<DatabaseConnection[]> {
  const mark = `mark ${process.pid}-${performance.now()}`;
  await asAdministrator(login, (client) => client.query(`do $$ begin raise log '${mark}'; end $$`));
  const until = performance.now() + LOG_LIMIT_MS;
  for (;;) {
    const log = await containerLog(container);
    if (log.includes(mark)) {
      return log
        .split('\n')
        .flatMap((line) => parseLogLine(line) ?? [])
        .filter(({ user }) => user !== ADMINISTRATOR);
    }
    if (performance.now() > until)
      throw new Error(`the log of container ${container} did not get a line of its own within ${LOG_LIMIT_MS} ms`);
    await delay(10);
  }
}
