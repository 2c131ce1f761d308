import { randomBytes } from 'node:crypto';
import { Wait } from 'testcontainers';
import { LOG_LINE_PREFIX } from '../database/log.ts';
import { docker, execIn } from './docker.ts';
import { hostContainer, kindName, outsideNetwork } from './naming.ts';
import type { NetworkPlan, Networks } from './networks.ts';
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
  /** The networks have IPv6 as well. */
  readonly ipv6: boolean;
  readonly databaseImage: string;
  /** The image with the programs of the harness. */
  readonly programImage: string;
}

/** Password of the database's administrator, chosen anew for each cluster. */
export const newPassword = (): string => randomBytes(16).toString('hex');

/** The database, on the outside network only; its administrator comes by a port of this machine. */
export async function startDatabase(options: OutsideOptions, password: string): Promise<void> {
  const { cluster, databaseImage, programImage } = options;
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
  const flagsOfRun = ['--rm', '--network', `container:${name}`, '--cap-add', 'NET_ADMIN', '--entrypoint', 'sh'];
  await docker(['run', ...flagsOfRun, programImage, '-c', defaultRoutes(options)]);
}

/** The witness, behind the router. */
export async function startWitness(options: OutsideOptions): Promise<void> {
  const { cluster, programImage } = options;
  const name = hostContainer(cluster, 'witness');
  await new PlacedContainer(programImage, cluster, name, [{ network: outsideNetwork(cluster) }])
    .withEntrypoint(['sleep', 'infinity'])
    .withAddedCapabilities('NET_ADMIN')
    .start();
  await execIn(name, ['sh', '-c', defaultRoutes(options)]);
}

/** Everything goes to the router, in each family. */
function defaultRoutes({ networks: { outside }, ipv6 }: OutsideOptions): string {
  const routers = [outside.router, ...(ipv6 ? [outside.ipv6.router] : [])];
  return routers.map((router) => `ip ${familyFlag(router)} route replace default via ${router}`).join(' && ');
}

const familyFlag = (address: string): '-4' | '-6' => (address.includes(':') ? '-6' : '-4');

/**
 * The router between the nodes and the outside. It has no other route: a pod address that leaks is seen on its wire and
 * never answered.
 */
export async function startRouter({ cluster, networks, ipv6, programImage }: OutsideOptions): Promise<void> {
  const name = hostContainer(cluster, 'router');
  await new PlacedContainer(programImage, cluster, name, [
    { network: kindName(cluster), address: routerOn(networks.lan, ipv6) },
    { network: outsideNetwork(cluster), address: routerOn(networks.outside, ipv6) },
  ])
    .withEntrypoint(['sleep', 'infinity'])
    .withAddedCapabilities('NET_ADMIN')
    .withSysctls({ 'net.ipv4.ip_forward': '1', ...(ipv6 ? { 'net.ipv6.conf.all.forwarding': '1' } : {}) })
    .start();
  for (const family of ['-4', '-6'])
    await execIn(name, ['ip', family, 'route', 'del', 'default'], { allowFailure: true });
}

const routerOn = ({ router, ipv6: { router: router6 } }: NetworkPlan, ipv6: boolean) => ({
  ipv4: router,
  ...(ipv6 ? { ipv6: router6 } : {}),
});
