import type { Topology, TopologyNode } from './cluster.ts';
import { perFamily } from './families.ts';

/** The network behind the firewall is the same in every topology. */
const outside = {
  cidr: '172.16.20.0/24',
  router: '172.16.20.1',
  database: '172.16.20.10',
  witness: '172.16.20.20',
  cidr6: 'fd00:172:16:20::/64',
  router6: 'fd00:172:16:20::1',
  database6: 'fd00:172:16:20::10',
  witness6: 'fd00:172:16:20::20',
};

const services = { serviceCIDR: '10.96.0.0/16', serviceCIDR6: 'fd00:10:96::/112' };

/** Label of the nodes that may hold Egress IPs. */
const gatewayLabel = 'egress-gateway';

/**
 * Figure 4 of the article: node 1 is 172.16.18.121 with pods in 10.203.1.0/24; two egress nodes and plain workers.
 * The IPv6 addresses are those of IPv4 written as unique local ones (RFC 4193): fd00:172:16:18::121.
 */
export function egressTopology({ nodes = 3, gateways = 2 }: { nodes?: number; gateways?: number } = {}): Topology {
  // Node addresses are .121 to .130, then on from .151, around the range of the Egress IPs.
  const host = (index: number): number => (index <= 10 ? 120 + index : 140 + index);
  return {
    name: 'egress',
    nodes: count(nodes, 100).map((index) => ({
      name: `node-${index}`,
      address: `172.16.18.${host(index)}`,
      address6: `fd00:172:16:18::${host(index)}`,
      podCIDR: `10.203.${index}.0/24`,
      podCIDR6: `fd00:10:203:${index}::/64`,
      labels: index <= gateways ? { [gatewayLabel]: 'true' } : {},
    })),
    nodeLan: {
      ...{ cidr: '172.16.18.0/24', router: '172.16.18.1', controlPlane: '172.16.18.120' },
      ...{ cidr6: 'fd00:172:16:18::/64', router6: 'fd00:172:16:18::1', controlPlane6: 'fd00:172:16:18::120' },
    },
    outside,
    podCIDR: '10.203.0.0/16',
    podCIDR6: 'fd00:10:203::/48',
    ...services,
    egressRange: { first: '172.16.18.131', last: '172.16.18.209' },
    egressRange6: { first: 'fd00:172:16:18::131', last: 'fd00:172:16:18::150' },
  };
}

/** Figures 1 to 3: seven nodes 172.16.11.11 to .17, each with a /24 of 10.10.0.0/16, and no Egress. */
export function nodeIpamTopology(): Topology {
  return {
    name: 'node-ipam',
    nodes: count(7, 7).map((index): TopologyNode => ({
      name: `node-${index}`,
      address: `172.16.11.${10 + index}`,
      address6: `fd00:172:16:11::${10 + index}`,
      podCIDR: `10.10.${index}.0/24`,
      podCIDR6: `fd00:10:10:${index}::/64`,
      labels: {},
    })),
    nodeLan: {
      ...{ cidr: '172.16.11.0/24', router: '172.16.11.1', controlPlane: '172.16.11.10' },
      ...{ cidr6: 'fd00:172:16:11::/64', router6: 'fd00:172:16:11::1', controlPlane6: 'fd00:172:16:11::10' },
    },
    outside,
    podCIDR: '10.10.0.0/16',
    podCIDR6: 'fd00:10:10::/48',
    ...services,
    egressRange: { first: '172.16.11.131', last: '172.16.11.150' },
    egressRange6: { first: 'fd00:172:16:11::131', last: 'fd00:172:16:11::150' },
  };
}

/** Figure 4 on IPv6 alone. */
function egressIpv6Topology(options: { nodes?: number; gateways?: number } = {}): Topology {
  const [primary, ipv6 = primary] = perFamily(egressTopology(options)) as [Topology, Topology?];
  return { ...ipv6, name: 'egress-ipv6' };
}

export const topologies: Readonly<Record<string, (options?: { nodes?: number }) => Topology>> = {
  egress: egressTopology,
  'egress-ipv6': egressIpv6Topology,
  'node-ipam': nodeIpamTopology,
};

function count(wanted: number, limit: number): number[] {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > limit) {
    throw new RangeError(`a topology of ${wanted} nodes was asked for; it can have 1 to ${limit}`);
  }
  return Array.from({ length: wanted }, (_, index) => index + 1);
}
