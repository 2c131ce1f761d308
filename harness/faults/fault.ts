import type { Cluster, ClusterNode, Capability } from '../../clusters/cluster.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { Adapter } from '../adapter/adapter.ts';

/** Where a fault strikes. */
export interface FaultSite {
  readonly cluster: Cluster;
  readonly kube: Kube;
  readonly adapter: Adapter;
  /** The node that it is about; faults of the whole cluster do not look at it. */
  readonly node: ClusterNode;
}

/** What has to be known to take a fault back; plain data, for it may be somebody else who does. */
export type Kept = Readonly<Record<string, string>>;

export interface Fault {
  readonly does: string;
  /** What it could be mistaken for. */
  readonly isNot: string;
  readonly hits: 'node' | 'agent' | 'cluster';
  /** Pods on the node can reach nothing meanwhile, whatever an implementation does. */
  readonly cutsOffPods?: boolean;
  readonly needs: readonly Capability[];
  /** Looks and changes nothing. */
  readonly prepare?: (site: FaultSite) => Promise<Kept>;
  readonly begin: (site: FaultSite, kept: Kept) => Promise<void>;
  /** Takes it back, and waits for what comes back by itself. Idempotent; may be called without `begin`. */
  readonly end: (site: FaultSite, kept: Kept) => Promise<void>;
}
