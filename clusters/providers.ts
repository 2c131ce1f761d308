import type { Cluster, ClusterProvider } from './cluster.ts';
import { existingProvider } from './existing/provider.ts';
import type { ExistingOptions } from './existing/provider.ts';
import { kindProvider } from './kind/provider.ts';
import type { KindOptions } from './kind/provider.ts';
import { netnsProvider } from './netns/provider.ts';
import { ClusterNotFound, notFound, readRecord, readRecords } from './state.ts';

/** Providers that can bring up a cluster. */
export const providerNames = ['netns', 'kind', 'existing'] as const;
export type ProviderName = (typeof providerNames)[number];

export interface ProviderOptions {
  readonly kind?: KindOptions;
  /** Null where nothing is to be brought up. */
  readonly existing?: ExistingOptions | null;
}

export function providerOf(name: ProviderName, { kind = {}, existing = null }: ProviderOptions = {}): ClusterProvider {
  return { netns: () => netnsProvider, kind: () => kindProvider(kind), existing: () => existingProvider(existing) }[
    name
  ]();
}

/** A handle on a running cluster, whoever provides it; the options it was made with are not needed. @throws ClusterNotFound */
export async function attachCluster(name: string, stateDir: string): Promise<Cluster> {
  const record = readRecord(stateDir, name);
  if (record === null) throw await notFound(name, { list: listClusters }, stateDir);
  return providerOf(record.provider).attach(name, stateDir);
}

/** Takes a cluster down, also one that is half made. @throws ClusterNotFound */
export async function downCluster(name: string, stateDir: string): Promise<void> {
  const record = readRecord(stateDir, name);
  if (record === null) throw await notFound(name, { list: listClusters }, stateDir);
  await providerOf(record.provider).down(name, stateDir);
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
    (await providerOf(provider).list(stateDir)).map((one) => ({ ...one, provider })),
  );
  return (await Promise.all(lists)).flat();
}

export { ClusterNotFound };
