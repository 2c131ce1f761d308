import type { Topology } from '../cluster.ts';
import { kindClusterLabel } from './docker.ts';
import type { ContainerState } from './docker.ts';
import type { Networks } from './networks.ts';

/** A kind node, by its container. */
export interface KindNode {
  readonly name: string;
  readonly address: string;
  readonly role: string;
}

const roleLabel = 'io.x-k8s.kind.role';

/** Nodes of a cluster, the control plane first, then the workers in the order of kind's configuration. */
export function kindNodes(containers: readonly ContainerState[], network: string): KindNode[] {
  return containers
    .filter(({ labels }) => labels[kindClusterLabel] !== undefined)
    .map(({ name, labels, addresses }) => ({
      name,
      address: addresses.get(network) ?? '',
      role: labels[roleLabel] ?? '',
    }))
    .sort((a, b) => ordinal(a) - ordinal(b));
}

/** kind calls its workers worker, worker2, worker3, ... */
function ordinal({ name, role }: KindNode): number {
  return role === 'control-plane' ? 0 : Number(/-worker(\d*)$/.exec(name)?.[1] || 1);
}

/** The topology as it came out: kind and Docker choose names and addresses, the API server the nodes' pod CIDRs. */
export function learnTopology(
  wished: Topology,
  networks: Networks,
  nodes: readonly KindNode[],
  podCIDRs: ReadonlyMap<string, string>,
  outside: { readonly database: string; readonly witness: string },
): Topology {
  const [controlPlane, ...workers] = nodes;
  const prefix = networks.lan.router.replace(/\.\d+$/, '');
  const moved = (address: string): string => `${prefix}.${address.split('.').at(-1)}`;
  return {
    name: wished.name,
    nodes: workers.map(({ name, address }, index) => ({
      name,
      address,
      podCIDR: podCIDRs.get(name) ?? '',
      labels: wished.nodes[index]?.labels ?? {},
    })),
    nodeLan: { cidr: networks.lan.cidr, router: networks.lan.router, controlPlane: controlPlane?.address ?? '' },
    outside: { cidr: networks.outside.cidr, router: networks.outside.router, ...outside },
    podCIDR: wished.podCIDR,
    serviceCIDR: wished.serviceCIDR,
    egressRange: { first: moved(wished.egressRange.first), last: moved(wished.egressRange.last) },
  };
}
