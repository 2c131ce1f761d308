import type { TopologyNode } from '../../clusters/cluster.ts';
import type { PodFacts } from '../history/events.ts';

const placements = ['the egress node', 'another egress node', 'a plain worker'] as const;

/** The first placement, relative to the egress node, that none of the pods has. */
export function lackingPlacement(
  pods: readonly PodFacts[],
  owner: string,
  nodes: readonly TopologyNode[],
): string | undefined {
  const gateways = new Set(nodes.filter(({ labels }) => labels['egress-gateway'] === 'true').map(({ name }) => name));
  const placementOf = ({ node }: PodFacts): string => {
    if (node === owner) return placements[0];
    return gateways.has(node) ? placements[1] : placements[2];
  };
  const present = new Set(pods.map(placementOf));
  return placements.find((placement) => !present.has(placement));
}

/** The nodes with these numbers, from 1, each once; a cluster with fewer nodes begins again with its first. */
export function nodesOf(all: readonly string[], numbers: readonly number[]): string[] {
  return [...new Set(numbers.map((number) => all[(number - 1) % all.length] ?? ''))];
}
