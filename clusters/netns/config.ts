import { readFile, writeFile } from 'node:fs/promises';
import type { ClusterOptions, Topology } from '../cluster.ts';
import type { ClusterRecord } from '../state.ts';
import type { ClusterPaths } from './paths.ts';

/** What the caller's side hands to the sandbox, as a file in the cluster's folder. */
export interface ClusterConfig extends ClusterRecord {
  readonly topology: Topology;
  /** URLs of the modules. */
  readonly programs: Readonly<Record<string, string>>;
  readonly images: ClusterOptions['images'];
  readonly cacheDir: string;
  /** host:port of the API server as the caller's side reaches it. */
  readonly external: string;
}

export async function writeConfig(paths: ClusterPaths, config: ClusterConfig): Promise<void> {
  await writeFile(paths.config, `${JSON.stringify(config, null, 2)}\n`);
}

export async function readConfig(paths: ClusterPaths): Promise<ClusterConfig> {
  return JSON.parse(await readFile(paths.config, 'utf8')) as ClusterConfig;
}
