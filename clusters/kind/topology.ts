import type { Topology } from '../cluster.ts';
import { kindClusterLabel } from './docker.ts';
import type { ContainerAddress, ContainerState } from './docker.ts';
import type { Networks } from './networks.ts';

/** A kind node, by its container. */
export interface KindNode {
  readonly name: string;
  readonly address: ContainerAddress;
  readonly role: string;
}

const roleLabel = 'io.x-k8s.kind.role';

/** Nodes of a cluster, the control plane first, then the workers in the order of kind's configuration. */
export function kindNodes(containers: readonly ContainerState[], network: string): KindNode[] {
  return containers
    .filter(({ labels }) => labels[kindClusterLabel] !== undefined)
    .map(({ name, labels, addresses }) => ({
      name,
      address: addresses.get(network) ?? { ipv4: '', ipv6: '' },
      role: labels[roleLabel] ?? '',
    }))
    .sort((a, b) => ordinal(a) - ordinal(b));
}

/** kind calls its workers worker, worker2, worker3, ... */
function ordinal({ name, role }: KindNode): number {
  return role === 'control-plane' ? 0 : Number(/-worker(\d*)$/.exec(name)?.[1] || 1);
}

/** What has been learnt of a cluster. */
export interface Learnt {
  readonly networks: Networks;
  /** The cluster has IPv6 as well. */
  readonly ipv6: boolean;
  readonly nodes: readonly KindNode[];
  /** By the name of the node, one of each family, the primary one first. */
  readonly podCIDRs: ReadonlyMap<string, readonly string[]>;
  readonly outside: { readonly database: ContainerAddress; readonly witness: ContainerAddress };
}

/** The topology as it came out: kind and Docker choose names and addresses, the API server the nodes' pod CIDRs. */
export function learnTopology(wished: Topology, { networks, ipv6, nodes, podCIDRs, outside }: Learnt): Topology {
  const [controlPlane, ...workers] = nodes;
  const { lan, outside: wan } = networks;
  const { egressRange, egressRange6, podCIDR, podCIDR6, serviceCIDR, serviceCIDR6 } = wished;
  return {
    name: wished.name,
    nodes: workers.map(({ name, address }, index) => ({
      name,
      address: address.ipv4,
      podCIDR: podCIDRs.get(name)?.[0] ?? '',
      labels: wished.nodes[index]?.labels ?? {},
      ...(ipv6 ? { address6: address.ipv6, podCIDR6: podCIDRs.get(name)?.[1] ?? '' } : {}),
    })),
    nodeLan: {
      ...{ cidr: lan.cidr, router: lan.router, controlPlane: controlPlane?.address.ipv4 ?? '' },
      ...(ipv6
        ? { cidr6: lan.ipv6.cidr, router6: lan.ipv6.router, controlPlane6: controlPlane?.address.ipv6 ?? '' }
        : {}),
    },
    outside: {
      ...{ cidr: wan.cidr, router: wan.router },
      ...{ database: outside.database.ipv4, witness: outside.witness.ipv4 },
      ...(ipv6
        ? {
            ...{ cidr6: wan.ipv6.cidr, router6: wan.ipv6.router },
            ...{ database6: outside.database.ipv6, witness6: outside.witness.ipv6 },
          }
        : {}),
    },
    podCIDR,
    serviceCIDR,
    egressRange: moved(egressRange, lan.router),
    ...(ipv6 && podCIDR6 !== undefined && serviceCIDR6 !== undefined && egressRange6 !== undefined
      ? { podCIDR6, serviceCIDR6, egressRange6: moved(egressRange6, lan.ipv6.router) }
      : {}),
  };
}

/** The same hosts of the network that `beside` is on: 172.16.22.131 for 172.16.18.131. */
function moved({ first, last }: Topology['egressRange'], beside: string): Topology['egressRange'] {
  const host = /[^.:]+$/;
  const to = (address: string): string => beside.replace(host, host.exec(address)?.[0] ?? '');
  return { first: to(first), last: to(last) };
}
