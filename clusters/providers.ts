import type { Cluster, ClusterProvider } from './cluster.ts';
import { kindProvider } from './kind/provider.ts';
import type { KindOptions } from './kind/provider.ts';
import { netnsProvider } from './netns/provider.ts';
import { ClusterNotFound, notFound, readRecord, readRecords } from './state.ts';

/** Providers that can bring up a cluster. */
export const providerNames = ['netns', 'kind'] as const;
export type ProviderName = (typeof providerNames)[number];

export function providerOf(name: ProviderName, kind: KindOptions): ClusterProvider {
  return name === 'kind' ? kindProvider(kind) : netnsProvider;
}

/** A handle on a running cluster, whoever provides it. @throws ClusterNotFound */
export async function attachCluster(name: string, stateDir: string): Promise<Cluster> {
  const record = readRecord(stateDir, name);
  if (record === null) throw await notFound(name, { list: listClusters }, stateDir);
  return providerOfRecord(record.provider).attach(name, stateDir);
}

/** Takes a cluster down, also one that is half made. @throws ClusterNotFound */
export async function downCluster(name: string, stateDir: string): Promise<void> {
  const record = readRecord(stateDir, name);
  if (record === null) throw await notFound(name, { list: listClusters }, stateDir);
  await providerOfRecord(record.provider).down(name, stateDir);
}

export interface ListedCluster {
  readonly name: string;
  readonly provider: Cluster['provider'];
  readonly alive: boolean;
  readonly createdAt: string;
}

/** Every cluster of the state folder, running or not. */
export async function listClusters(stateDir: string): Promise<ListedCluster[]> {
  const names = [...new Set((await readRecords(stateDir)).map(({ provider }) => provider))];
  const lists = names.map(async (provider) =>
    (await providerOfRecord(provider).list(stateDir)).map((one) => ({ ...one, provider })),
  );
  return (await Promise.all(lists)).flat();
}

/** Whoever only uses a cluster that is there needs none of the options it was made with. */
function providerOfRecord(name: Cluster['provider']): ClusterProvider {
  return providerOf(name === 'kind' ? 'kind' : 'netns', {});
}

export { ClusterNotFound };
