import type { Kube } from '../../agent/kube/types.ts';
import type { Cluster } from '../../clusters/cluster.ts';
import type { Feature } from '../case/features.ts';
import type { Attempt, BadInput } from './bad-input.ts';
import type { Declared } from './declared.ts';
import type { PolicyEvent, PolicyMetrics, PolicyStatus } from './observation.ts';

/** Which pods a policy is for, in the terms of the case. */
export type Selection =
  | Selectors
  /** Every pod of the cluster. */
  | 'everything'
  /** A policy whose selection is left empty; what it means is the implementation's declaration. */
  | 'empty';

export type Labels = Readonly<Record<string, string>>;

/** One requirement of a Kubernetes label selector; `values` with In and NotIn only. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** Pods that fulfil all of what is there; with nothing about namespaces, in any. Requirements where the adapter claims MatchExpressions. */
export interface Selectors {
  readonly namespaces?: Labels;
  readonly namespacesMatching?: readonly Requirement[];
  readonly pods?: Labels;
  readonly podsMatching?: readonly Requirement[];
  /** CIDRs that one of the pod's addresses is in, where the adapter claims SourceCIDR. */
  readonly addresses?: readonly string[];
  /** Labels of the node that the pod runs on, where the adapter claims NodeOfPodSelector. */
  readonly onNodes?: Labels;
}

/** "These pods leave as this address." */
export interface EgressIntent {
  /** Unique in the cluster. */
  readonly name: string;
  readonly selection: Selection;
  /** One address; several where the adapter claims MultipleIPs; none where it is to come from the pool. */
  readonly addresses: readonly string[];
  /** Names of the pools that the addresses come from, one from each, where the adapter claims IPPool; several where it claims DualStackOneObject. */
  readonly pools?: readonly string[];
  /** The exit, where the adapter claims PinToNode; otherwise any node labelled egress-gateway=true. */
  readonly via?: string;
  /** CIDRs that it is for, of everything outside; where the adapter claims DestinationCIDRs. */
  readonly destinations?: readonly string[];
  /** Limit of the traffic to the outside, bits per second and bits, where the adapter claims BandwidthEgress. */
  readonly bandwidth?: { readonly rate: string; readonly burst: string };
  /** The subnet of the addresses where it is not that of the nodes, where the adapter claims SecondaryNetwork. */
  readonly subnet?: { readonly gateway: string; readonly prefixLength: number; readonly vlan?: number };
}

export type PoolRange = { readonly cidr: string } | { readonly start: string; readonly end: string };

/** Addresses that policies can be given. Their exits are the nodes labelled egress-gateway=true. */
export interface PoolIntent {
  /** Unique in the cluster. */
  readonly name: string;
  readonly ranges: readonly PoolRange[];
  /** As of an EgressIntent. */
  readonly subnet?: EgressIntent['subnet'];
}

export interface PoolUsage {
  readonly total: number;
  readonly used: number;
}

/** How pools are made and asked, where the adapter claims IPPool. */
export interface PoolAdapter {
  /** Creates the pool, or changes it to this. @throws Refused */
  apply(pool: PoolIntent, context: AdapterContext): Promise<void>;
  remove(name: string, context: AdapterContext): Promise<void>;
  /** What it says about itself, where the adapter claims PoolUsageStatus; null while it says nothing. */
  usage(name: string, context: AdapterContext): Promise<PoolUsage | null>;
}

/** The implementation, or the API for it, does not take an object. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Where an implementation's programs are. */
export interface OwnPrograms {
  /** On every node: pods named `<workload>-...`, whose processes have a command line that matches (extended regular expression, no quotes). */
  readonly agent: { readonly namespace: string; readonly workload: string; readonly process: string };
  /** Once a cluster. */
  readonly controller: { readonly namespace: string; readonly deployment: string };
}

export interface AdapterContext {
  readonly cluster: Cluster;
  readonly kube: Kube;
  readonly signal: AbortSignal;
}

/**
 * How one implementation is installed and told what to do. It never sees a check, and nothing it says is used to judge
 * a connection: `ownerOf` only tells where to look.
 */
export interface Adapter {
  readonly name: string;
  /** Extended features that it claims. */
  readonly features: ReadonlySet<Feature>;
  readonly declared: Declared;
  /** What an attacker would find out about its overlay: the VXLAN network, and the inner MAC address of a node's end. */
  readonly overlay?: { readonly port: number; readonly vni: number; macOf(nodeAddress: string): string };
  version(): Promise<string>;
  isInstalled(context: AdapterContext): Promise<boolean>;
  /** Resolves when the implementation says that it is ready. */
  install(context: AdapterContext): Promise<void>;
  uninstall(context: AdapterContext): Promise<void>;
  /** Resolves when all its programs are there and do their work, after something was broken. */
  whenReady?(context: AdapterContext): Promise<void>;
  /** Creates the policy, or changes it to this. @throws Refused */
  apply(intent: EgressIntent, context: AdapterContext): Promise<void>;
  remove(name: string, context: AdapterContext): Promise<void>;
  /** Deletes the policy and creates it again, with nothing in between. */
  replace(intent: EgressIntent, context: AdapterContext): Promise<void>;
  /** The name of the node that has the address, or null while none has. */
  ownerOf(name: string, context: AdapterContext): Promise<string | null>;
  /** What it says about the policy, where it claims StatusNode. */
  statusOf?(name: string, context: AdapterContext): Promise<PolicyStatus>;
  /** Somebody with the right to writes into its record of the policy that this node has the address; where it claims StatusNode. */
  claimElsewhere?(name: string, node: string, context: AdapterContext): Promise<void>;
  /** These destinations, CIDRs, are excepted for all policies, and no others; where it claims ExcludedCIDRs. */
  except?(cidrs: readonly string[], context: AdapterContext): Promise<void>;
  readonly pools?: PoolAdapter;
  /** How many Egress IPs a node may have, null for the default, where it claims MaxIPsPerNode. */
  limitNode?(node: string, limit: number | null, context: AdapterContext): Promise<void>;
  /** Its own programs, for whoever breaks them; absent where it has none. */
  readonly programs?: OwnPrograms;
  /** Ends its own programs of that kind, all at once, and resolves when they are back. */
  restart(what: 'agents' | 'controller', context: AdapterContext): Promise<void>;
  /** Replaces all its programs, as an upgrade does, and resolves when the new ones are there. */
  upgrade(context: AdapterContext): Promise<void>;
  /** What it has told about the policy, also about one that is gone; where it claims Events. */
  eventsOf?(name: string, context: AdapterContext): Promise<readonly PolicyEvent[]>;
  /** What it counts; where it claims Metrics. */
  metrics?(context: AdapterContext): Promise<PolicyMetrics>;
  /** Gives it wrong input of a policy for these pods, says what becomes of it, and takes it back; where it claims InputValidation. */
  attempt?(
    input: BadInput,
    policy: Pick<EgressIntent, 'name' | 'selection'>,
    context: AdapterContext,
  ): Promise<Attempt>;
  /** The objects of the intent, as a person would write them. */
  manifest(intent: EgressIntent): string;
  /** Everything about its state that helps to explain a failure: file name to contents. */
  diagnostics(context: AdapterContext): Promise<Readonly<Record<string, string>>>;
}
