import { randomBytes } from 'node:crypto';
import { Wait } from 'testcontainers';
import { LOG_LINE_PREFIX } from '../database/log.ts';
import { docker, execIn } from './docker.ts';
import { hostContainer, kindName, outsideNetwork } from './naming.ts';
import type { Networks } from './networks.ts';
import { PlacedContainer } from './placed-container.ts';

/** Small and without durability: the data does not outlive the cluster. */
const databaseSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  log_connections: 'on',
  log_line_prefix: LOG_LINE_PREFIX,
  log_timezone: 'UTC',
  max_connections: '100',
  shared_buffers: '16MB',
  synchronous_commit: 'off',
};
export const databasePort = 5432;
const startupMs = 120_000;

export interface OutsideOptions {
  readonly cluster: string;
  readonly networks: Networks;
  readonly databaseImage: string;
  /** The image with the programs of the harness. */
  readonly programImage: string;
}

/** Password of the database's administrator, chosen anew for each cluster. */
export const newPassword = (): string => randomBytes(16).toString('hex');

/** The database, on the outside network only; its administrator comes by a port of this machine. */
export async function startDatabase(options: OutsideOptions, password: string): Promise<void> {
  const { cluster, networks, databaseImage, programImage } = options;
  const name = hostContainer(cluster, 'database');
  const flags = Object.entries(databaseSettings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  await new PlacedContainer(databaseImage, cluster, name, [{ network: outsideNetwork(cluster) }])
    .withEnvironment({ POSTGRES_PASSWORD: password, PGDATA: '/var/lib/postgresql/data/pgdata' })
    .withTmpFs({ '/var/lib/postgresql/data': 'rw' })
    .withCommand(['postgres', ...flags])
    .withExposedPorts(databasePort)
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(startupMs)
    .start();
  // Its image has no `ip`: another container sets the route in its network.
  const route = ['ip', 'route', 'replace', 'default', 'via', networks.outside.router];
  const [command = '', ...args] = route;
  const flagsOfRun = ['--rm', '--network', `container:${name}`, '--cap-add', 'NET_ADMIN', '--entrypoint', command];
  await docker(['run', ...flagsOfRun, programImage, ...args]);
}

/** The witness, behind the router. */
export async function startWitness({ cluster, networks, programImage }: OutsideOptions): Promise<void> {
  const name = hostContainer(cluster, 'witness');
  await new PlacedContainer(programImage, cluster, name, [{ network: outsideNetwork(cluster) }])
    .withEntrypoint(['sleep', 'infinity'])
    .withAddedCapabilities('NET_ADMIN')
    .start();
  await execIn(name, ['ip', 'route', 'replace', 'default', 'via', networks.outside.router]);
}

/**
 * The router between the nodes and the outside. It has no other route: a pod address that leaks is seen on its wire and
 * never answered.
 */
export async function startRouter({ cluster, networks, programImage }: OutsideOptions): Promise<void> {
  const name = hostContainer(cluster, 'router');
  await new PlacedContainer(programImage, cluster, name, [
    { network: kindName(cluster), address: networks.lan.router },
    { network: outsideNetwork(cluster), address: networks.outside.router },
  ])
    .withEntrypoint(['sleep', 'infinity'])
    .withAddedCapabilities('NET_ADMIN')
    .withSysctls({ 'net.ipv4.ip_forward': '1' })
    .start();
  await execIn(name, ['ip', 'route', 'del', 'default'], { allowFailure: true });
}
