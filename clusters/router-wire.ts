import type { Cluster, Topology } from './cluster.ts';

/** Both sides of a router, each with a host that is always there. */
export function bothSides(
  { nodeLan, outside }: Topology,
  { lan, wan }: Cluster['router']['interfaces'],
): Cluster['wire']['interfaces'] {
  return [
    { name: lan, sentinel: nodeLan.controlPlane },
    { name: wan, sentinel: outside.witness },
  ];
}
