import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Cluster } from './cluster.ts';

/** There is no such cluster, or it has ended. */
export class ClusterNotFound extends Error {
  override readonly name = 'ClusterNotFound';
}

/** What every provider keeps about a cluster in its folder, among other things. */
export interface ClusterRecord {
  readonly name: string;
  readonly provider: Cluster['provider'];
  readonly createdAt: string;
}

/** The folder of a cluster: `<stateDir>/clusters/<name>`. */
export const clusterDir = (stateDir: string, name: string): string => join(clustersDir(stateDir), name);
const clustersDir = (stateDir: string): string => join(resolve(stateDir), 'clusters');

/** The file with the record. */
export const recordFile = (stateDir: string, name: string): string => join(clusterDir(stateDir, name), 'cluster.json');

/** The record of a cluster; null where there is none, or none that can be read. */
export function readRecord<T extends ClusterRecord>(stateDir: string, name: string): T | null {
  try {
    return JSON.parse(readFileSync(recordFile(stateDir, name), 'utf8')) as T;
  } catch {
    return null;
  }
}

/** Every cluster that the state folder knows of, running or not. */
export async function readRecords(stateDir: string): Promise<ClusterRecord[]> {
  const names = await readdir(clustersDir(stateDir)).catch(() => []);
  return names.flatMap((name) => readRecord(stateDir, name) ?? []);
}

/** @throws Error for a name that cannot be one of containers, networks and folders. */
export function checkClusterName(name: string): void {
  if (/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) return;
  throw new Error(
    `"${name}" cannot name a cluster: use 1 to 40 of a-z, 0-9 and "-", beginning and ending with a letter or digit`,
  );
}

export function alreadyRuns(name: string): Error {
  return new Error(
    `a cluster "${name}" runs already; use another --name, or end it with "egressproof down --name ${name}"`,
  );
}

/** What to say when nobody by that name runs. */
export async function notFound(name: string, provider: Pick<ClusterLister, 'list'>, stateDir: string): Promise<Error> {
  const others = (await provider.list(stateDir)).filter((one) => one.alive).map((one) => one.name);
  return new ClusterNotFound(
    `there is no running cluster "${name}"; ${others.length === 0 ? 'none runs here' : `running: ${others.join(', ')}`}; "egressproof up" starts one`,
  );
}

interface ClusterLister {
  list(stateDir: string): Promise<readonly { readonly name: string; readonly alive: boolean }[]>;
}
