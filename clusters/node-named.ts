import type { ClusterNode } from './cluster.ts';

/** @throws Error naming the nodes that there are. */
export function nodeNamed(nodes: readonly ClusterNode[], name: string): ClusterNode {
  const found = nodes.find((node) => node.name === name);
  if (found === undefined)
    throw new Error(`there is no node "${name}"; the nodes are ${nodes.map((node) => node.name).join(', ')}`);
  return found;
}
