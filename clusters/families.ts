import type { Topology } from './cluster.ts';

/**
 * The topology once for each family that it has, in its plain fields: the primary one first, then, of a dual-stack
 * cluster, IPv6. What is done for one family is so done alike for both.
 */
export function perFamily(topology: Topology): readonly Topology[] {
  const { nodes, nodeLan, outside, podCIDR6, serviceCIDR6, egressRange6 } = topology;
  if (podCIDR6 === undefined || serviceCIDR6 === undefined || egressRange6 === undefined) return [topology];
  const second: Topology = {
    name: topology.name,
    nodes: nodes.map(({ name, labels, address6 = '', podCIDR6: own = '' }) => ({
      name,
      labels,
      address: address6,
      podCIDR: own,
    })),
    nodeLan: {
      cidr: nodeLan.cidr6 ?? '',
      router: nodeLan.router6 ?? '',
      controlPlane: nodeLan.controlPlane6 ?? '',
    },
    outside: {
      cidr: outside.cidr6 ?? '',
      router: outside.router6 ?? '',
      database: outside.database6 ?? '',
      witness: outside.witness6 ?? '',
    },
    podCIDR: podCIDR6,
    serviceCIDR: serviceCIDR6,
    egressRange: egressRange6,
  };
  return [topology, second];
}

/** The topology without what is of a second family. */
export function primaryOnly({ nodes, nodeLan, outside, ...rest }: Topology): Topology {
  const { podCIDR6: _pods, serviceCIDR6: _services, egressRange6: _egress, ...others } = rest;
  return {
    ...others,
    nodes: nodes.map(({ address6: _address, podCIDR6: _podCIDR, ...node }) => node),
    nodeLan: { cidr: nodeLan.cidr, router: nodeLan.router, controlPlane: nodeLan.controlPlane },
    outside: {
      cidr: outside.cidr,
      router: outside.router,
      database: outside.database,
      witness: outside.witness,
    },
  };
}
