import type { Node } from './facts.ts';

/** Names of the nodes that count as alive: those the cluster does not report as not ready. */
export function aliveByReadiness(nodes: Iterable<Node>): Set<string> {
  const alive = new Set<string>();
  for (const node of nodes) {
    const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
    if (ready?.status !== 'False' && ready?.status !== 'Unknown') alive.add(node.metadata.name ?? '');
  }
  return alive;
}
