import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Cluster, ClusterOptions, ClusterProvider } from '../cluster.ts';
import { EmbeddedCluster } from './cluster.ts';
import { readConfig, writeConfig } from './config.ts';
import { ControlClient } from './control-client.ts';
import { cacheDir, clusterDir, clusterPaths, clustersDir } from './paths.ts';
import type { ClusterPaths } from './paths.ts';
import { checkRequirements } from './requirements.ts';
import { killSandbox, listenOnLoopback, processStartTime, startSandbox } from './sandbox.ts';

/** There is no such cluster, or it has ended. */
class ClusterNotFound extends Error {
  override readonly name = 'ClusterNotFound';
}

/** The machine lacks something; the message has one line for each with what to do. */
class RequirementsNotMet extends Error {
  override readonly name = 'RequirementsNotMet';
}

/** Multi-node clusters in a sandbox of namespaces: no Docker, no root, no download. */
export const netnsProvider: ClusterProvider = { name: 'netns', up, attach, list };

async function up(options: ClusterOptions): Promise<Cluster> {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(options.name)) {
    throw new Error(
      `"${options.name}" cannot name a cluster: use 1 to 40 of a-z, 0-9 and "-", beginning and ending with a letter or digit`,
    );
  }
  const stateDir = resolve(options.stateDir);
  const paths = clusterPaths(clusterDir(stateDir, options.name));
  if (await isAlive(paths))
    throw new Error(
      `a cluster "${options.name}" runs already; use another --name, or end it with "egressproof down --name ${options.name}"`,
    );
  await rm(paths.dir, { recursive: true, force: true });
  await mkdir(paths.logs, { recursive: true, mode: 0o700 });
  await mkdir(paths.tmp);
  await mkdir(cacheDir(stateDir), { recursive: true });
  try {
    const listener = await listenOnLoopback();
    try {
      await writeConfig(paths, {
        name: options.name,
        createdAt: new Date().toISOString(),
        topology: options.topology,
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
  const paths = clusterPaths(clusterDir(resolve(stateDir), name));
  if (!existsSync(paths.config) || !(await isAlive(paths))) {
    const others = (await list(stateDir)).filter((one) => one.alive).map((one) => one.name);
    throw new ClusterNotFound(
      `there is no running cluster "${name}"; ${others.length === 0 ? 'none runs here' : `running: ${others.join(', ')}`}; "egressproof up" starts one`,
    );
  }
  const config = await readConfig(paths);
  const control = await ControlClient.connect(paths.control, name);
  return new EmbeddedCluster(config, paths, control, await control.call('databaseInfo'), () => remove(paths));
}

async function list(stateDir: string): ReturnType<ClusterProvider['list']> {
  const names = await readdir(clustersDir(resolve(stateDir))).catch(() => []);
  const found = await Promise.all(
    names.map(async (name) => {
      const paths = clusterPaths(clusterDir(resolve(stateDir), name));
      const config = await readConfig(paths).catch(() => null);
      return config && { name, alive: await isAlive(paths), createdAt: config.createdAt };
    }),
  );
  return found.filter((one) => one !== null);
}

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
