import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { canonicalAddress } from '../base/ip-range.ts';
import type { KubeObject } from '../kube/object.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';

export interface Node extends KubeObject {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
  };
}

/** Everything the plan of a node is made from. */
export interface Facts {
  readonly nodes: readonly Node[];
  readonly namespaces: readonly KubeObject[];
  readonly pods: readonly Pod[];
  readonly egresses: readonly Egress[];
  readonly pools: readonly ExternalIPPool[];
  /** Addresses that the API server is reached at. */
  readonly apiServers: readonly string[];
  /** Destinations excepted at run time, CIDRs and addresses. */
  readonly exceptCIDRs: readonly string[];
  /** Names of the nodes that may own Egress IPs now. */
  readonly alive: ReadonlySet<string>;
  /** Addresses configured on this node by others than the agent. */
  readonly configuredAddresses: ReadonlySet<string>;
  /** Whether an address of a pool may be taken over now; false while its previous owner still gives it up. */
  readonly mayTake: (egress: Egress, ip: string) => boolean;
}

export interface PlanSettings {
  /** Service CIDRs: never SNATed, even where no service proxy answers. */
  readonly serviceCIDRs: readonly string[];
  /** Pod CIDRs in addition to those of the nodes. */
  readonly podCIDRs: readonly string[];
  /** Destinations that keep the node's ordinary way out. */
  readonly exceptCIDRs: readonly string[];
  /** What happens to traffic to the outside from an address of this node's pod CIDR that is no known pod. */
  readonly unknownPods: 'hold' | 'allow';
  /** What happens to the pods of an Egress that no node owns. */
  readonly fallback: 'drop' | 'nodeIP';
  readonly maxEgressIPsPerNode: number;
}

export const defaultPlanSettings: PlanSettings = {
  serviceCIDRs: [],
  podCIDRs: [],
  exceptCIDRs: [],
  unknownPods: 'hold',
  fallback: 'drop',
  maxEgressIPsPerNode: 255,
};

/** The node's first InternalIP of an IP version. */
export function internalIP(node: Node, family: Family): string | null {
  const addresses = (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  const address = addresses.find((entry) => familyOf(entry.address) === family)?.address;
  return address === undefined ? null : canonicalAddress(address);
}
