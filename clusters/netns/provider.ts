import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cluster, ClusterOptions, ClusterProvider } from '../cluster.ts';
import { alreadyRuns, checkClusterName, clusterDir, notFound, readRecord, readRecords } from '../state.ts';
import { hasIPv6, netnsCapabilities } from './capabilities.ts';
import { primaryOnly } from '../families.ts';
import { EmbeddedCluster } from './cluster.ts';
import { readConfig, writeConfig } from './config.ts';
import { ControlClient } from './control-client.ts';
import { cacheDir, clusterPaths } from './paths.ts';
import type { ClusterPaths } from './paths.ts';
import { checkRequirements } from './requirements.ts';
import { killSandbox, listenOnLoopback, processStartTime, startSandbox } from './sandbox.ts';

/** The machine lacks something; the message has one line for each with what to do. */
class RequirementsNotMet extends Error {
  override readonly name = 'RequirementsNotMet';
}

/** Multi-node clusters in a sandbox of namespaces: no Docker, no root, no download. */
export const netnsProvider: ClusterProvider = {
  name: 'netns',
  capabilities: netnsCapabilities,
  up,
  attach,
  list,
  down: (name, stateDir) => remove(pathsOf(name, stateDir)),
};

async function up(options: ClusterOptions): Promise<Cluster> {
  checkClusterName(options.name);
  const stateDir = resolve(options.stateDir);
  const paths = pathsOf(options.name, stateDir);
  if (await isAlive(paths)) throw alreadyRuns(options.name);
  await rm(paths.dir, { recursive: true, force: true });
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  await mkdir(paths.tmp);
  await mkdir(cacheDir(stateDir), { recursive: true });
  try {
    const listener = await listenOnLoopback();
    try {
      await writeConfig(paths, {
        name: options.name,
        provider: 'netns',
        createdAt: new Date().toISOString(),
        topology: hasIPv6 ? options.topology : primaryOnly(options.topology),
        programs: Object.fromEntries(Object.entries(options.programs).map(([name, url]) => [name, url.href])),
        images: options.images,
        cacheDir: await realpath(cacheDir(stateDir)),
        external: `127.0.0.1:${listener.port}`,
      });
      // A dozen programs of small heaps: a small young generation costs them nothing, and keeps each by 30 MiB smaller.
      const env = {
        NODE_COMPILE_CACHE: `${cacheDir(stateDir)}/code`,
        NODE_OPTIONS: '--max-semi-space-size=2',
        TMPDIR: paths.tmp,
      };
      const sandbox = await startSandbox(paths, listener.fd, { ...options, env });
      await writeFile(paths.pid, `${sandbox.pid} ${processStartTime(sandbox.pid) ?? ''}\n`);
    } finally {
      listener.server.close();
    }
    return await attach(options.name, stateDir);
  } catch (error) {
    await remove(paths);
    throw await explained(error as Error, stateDir);
  }
}

/** A sandbox that could not start fails for reasons of the machine first. */
async function explained(error: Error, stateDir: string): Promise<Error> {
  const missing = (await checkRequirements(stateDir)).filter((one) => !one.ok);
  if (missing.length === 0) return error;
  const lines = missing.map(({ name, found, remedy }) => `  ${name}: ${found}; ${remedy}`);
  return new RequirementsNotMet(`this machine cannot run the embedded cluster yet:\n${lines.join('\n')}`, {
    cause: error,
  });
}

async function attach(name: string, stateDir: string): Promise<Cluster> {
  const paths = pathsOf(name, stateDir);
  if (readRecord(stateDir, name)?.provider !== 'netns' || !(await isAlive(paths)))
    throw await notFound(name, netnsProvider, stateDir);
  const config = await readConfig(paths);
  const control = await ControlClient.connect(paths.control, name);
  return new EmbeddedCluster(config, paths, control, await control.call('databaseInfo'), () => remove(paths));
}

async function list(stateDir: string): ReturnType<ClusterProvider['list']> {
  const mine = (await readRecords(stateDir)).filter(({ provider }) => provider === 'netns');
  return Promise.all(
    mine.map(async ({ name, createdAt }) => ({ name, alive: await isAlive(pathsOf(name, stateDir)), createdAt })),
  );
}

const pathsOf = (name: string, stateDir: string): ClusterPaths => clusterPaths(clusterDir(stateDir, name));

async function holder(paths: ClusterPaths): Promise<{ pid: number; startTime: string } | null> {
  const text = await readFile(paths.pid, 'utf8').catch(() => '');
  const [pid, startTime] = text.trim().split(' ');
  return pid && startTime ? { pid: Number(pid), startTime } : null;
}

async function isAlive(paths: ClusterPaths): Promise<boolean> {
  const held = await holder(paths);
  return held !== null && processStartTime(held.pid) === held.startTime;
}

async function remove(paths: ClusterPaths): Promise<void> {
  const held = await holder(paths);
  if (held) await killSandbox(held.pid, held.startTime);
  // Files may still appear while the last of the sandbox's processes end.
  await rm(paths.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
