import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster, ClusterProvider } from '../cluster.ts';
import { alreadyRuns, checkClusterName, clusterDir, notFound, readRecord, readRecords, recordFile } from '../state.ts';
import { kindCapabilities } from './capabilities.ts';
import { KindCluster } from './cluster.ts';
import type { KindRecord } from './config.ts';
import { createCluster } from './create.ts';
import type { CreateOptions } from './create.ts';
import { clusterLabel, containersWith, docker, kindClusterLabel } from './docker.ts';
import { defaultImages, planImages, removeUnusedImages } from './images.ts';
import type { ForeignImages } from './images.ts';
import type { IpFamily } from './kind-config.ts';
import { kindName } from './naming.ts';
import { removeNetworks } from './networks.ts';

export interface KindOptions {
  readonly images?: Partial<ForeignImages>;
  readonly ipFamily?: IpFamily;
}

/** Real Kubernetes: a control plane and workers as containers of Docker, with an outside behind a router. */
export function kindProvider({ images = {}, ipFamily = 'dual' }: KindOptions = {}): ClusterProvider {
  const foreign = { ...defaultImages, ...images };
  const provider: ClusterProvider = {
    name: 'kind',
    capabilities: kindCapabilities(ipFamily),
    up: (options) => up({ ...options, stateDir: resolve(options.stateDir), foreign, ipFamily }, provider),
    reusable: (options) =>
      findReusable({ ...options, stateDir: resolve(options.stateDir), foreign, ipFamily }, provider),
    attach: async (name, stateDir) => {
      const record = readRecord<KindRecord>(stateDir, name);
      if (record?.provider !== 'kind' || !(await isAlive(record))) throw await notFound(name, provider, stateDir);
      return KindCluster.open(record, clusterDir(stateDir, name), () => down(name, stateDir));
    },
    list: async (stateDir) => {
      const mine = (await readRecords(stateDir)).filter((one): one is KindRecord => one.provider === 'kind');
      return Promise.all(
        mine.map(async (record) => ({
          name: record.name,
          alive: await isAlive(record),
          createdAt: record.createdAt,
        })),
      );
    },
    down,
  };
  return provider;
}

async function up(options: CreateOptions, provider: ClusterProvider): Promise<Cluster> {
  const { name, stateDir, topology: wished, ipFamily } = options;
  checkClusterName(name);
  if ((await containersWith(kindClusterLabel, kindName(name))).length > 0) throw alreadyRuns(name);
  await claim(clusterDir(stateDir, name), name);
  const begun = { name, provider: 'kind', createdAt: new Date().toISOString() } as const;
  const write = (record: object): Promise<void> =>
    writeFile(recordFile(stateDir, name), `${JSON.stringify(record, null, 2)}\n`);
  try {
    // From now on `down` knows whom to ask, however this ends.
    await write(begun);
    const made = await createCluster(options);
    await write({ ...begun, ...made, wished, ipFamily, foreign: options.foreign } satisfies KindRecord);
    return await provider.attach(name, stateDir);
  } catch (error) {
    if (options.retain !== true) await down(name, stateDir);
    throw error;
  }
}

/** One of the same configuration, with the same contents of our images. */
async function findReusable(options: CreateOptions, provider: ClusterProvider): Promise<Cluster | null> {
  const { stateDir, foreign, ipFamily, images, programs, topology } = options;
  const mine = (await readRecords(stateDir)).filter((one): one is KindRecord => one.provider === 'kind');
  if (mine.length === 0) return null;
  const wanted = {
    images: await planImages({ images, programs, base: foreign.base }),
    foreign,
    ipFamily,
    wished: topology,
  };
  for (const record of mine) {
    const { images: has, foreign: of, ipFamily: family, wished } = record;
    const isSame = isDeepStrictEqual({ images: has, foreign: of, ipFamily: family, wished }, wanted);
    if (isSame && (await isAlive(record)) && (await claimUse(clusterDir(stateDir, record.name))))
      return provider.attach(record.name, stateDir);
  }
  return null;
}

/** One user at a time: two suites would hand out the same addresses. */
async function claimUse(dir: string): Promise<boolean> {
  const file = join(dir, 'in-use');
  const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (holder !== 0 && holder !== process.pid && isRunning(holder)) return false;
  await writeFile(file, String(process.pid));
  return true;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The folder is the lock: making it succeeds once. */
async function claim(dir: string, name: string): Promise<void> {
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new Error(
      `a cluster "${name}" is being made, or was left half made; end it with "egressproof down --name ${name}"`,
    );
  });
}

/** Everything by its labels, so that it works from whatever was left. Our own folder goes last. */
async function down(name: string, stateDir: string): Promise<void> {
  const ours = await Promise.all([
    containersWith(kindClusterLabel, kindName(name)),
    containersWith(clusterLabel, name),
  ]);
  const ids = ours.flat().map(({ id }) => id);
  if (ids.length > 0) await docker(['rm', '--force', '--volumes', ...ids]);
  await Promise.all([removeNetworks(name), removeUnusedImages()]);
  await rm(clusterDir(stateDir, name), { recursive: true, force: true });
}

/** Complete, and every container of it runs or is one whose power was cut. */
async function isAlive(record: KindRecord): Promise<boolean> {
  if (record.networks === undefined) return false;
  const containers = await containersWith(kindClusterLabel, kindName(record.name));
  return containers.some(({ running }) => running);
}
