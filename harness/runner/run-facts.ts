import { availableParallelism, release, totalmem } from 'node:os';
import type { RunFacts } from '../../reports/model/build.ts';
import type { ClusterFacts } from '../../reports/model/run-result.ts';
import type { Cluster } from '../../clusters/cluster.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { features, isFeature } from '../case/features.ts';

/** A name for a run that sorts by time: `20260901T120000Z-7f3a`. */
export function newRunId(now: Date = new Date()): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${process.pid.toString(16).padStart(4, '0').slice(-4)}`;
}

/** What the machine says about itself. */
export function environmentFacts(provider: Readonly<Record<string, string>>): RunFacts['environment'] {
  return {
    kernel: release(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    nodeVersion: process.version,
    provider: { ...provider },
  };
}

/** What a report says of a cluster. */
export function clusterFacts({ topology, nodes }: Pick<Cluster, 'topology' | 'nodes'>): ClusterFacts {
  const { nodeLan, outside } = topology;
  return {
    topology: topology.name,
    nodes: nodes.map(({ name, address, podCIDR }) => ({ name, address, podCIDR })),
    nodeLan: nodeLan.cidr,
    router: nodeLan.router,
    outside: { cidr: outside.cidr, witness: outside.witness, database: outside.database },
  };
}

/** What nobody should conclude from a run on the embedded cluster. */
export const netnsLimitations: readonly string[] = ['one machine: all nodes share one kernel and its processors'];

/** Every feature, and whether the implementation claims it. */
export function featureFacts(adapter: Pick<Adapter, 'features'>): RunFacts['features'] {
  return Object.entries(features).map(([name, { level, profile }]) => ({
    name,
    profile,
    level,
    claimed: level === 'core' || (isFeature(name) && adapter.features.has(name)),
  }));
}

/** What it declares, by the names of the fields; those of a part as `badInput.missingPool`. */
export function declaredFacts({ declared }: Pick<Adapter, 'declared'>): RunFacts['implementation']['declared'] {
  const { badInput, ...rest } = declared;
  const parts = Object.entries(badInput).map(([kind, handling]) => [`badInput.${kind}`, handling]);
  return { ...rest, ...(Object.fromEntries(parts) as Record<string, string>) };
}
