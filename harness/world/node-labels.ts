import { nodes } from '../../agent/kube/object.ts';
import type { Testbed } from './testbed.ts';

/** Sets labels of a node; null removes one. Gives the way back. */
export async function labelNode(
  { kube, cluster }: Testbed,
  name: string,
  labels: Readonly<Record<string, string | null>>,
): Promise<() => Promise<void>> {
  const before = cluster.topology.nodes.find((node) => node.name === name)?.labels ?? {};
  const patch = (values: Readonly<Record<string, string | null>>): Promise<unknown> =>
    kube.patch(nodes, name, { metadata: { labels: values } }, { type: 'merge' });
  await patch(labels);
  return async () => {
    await patch(Object.fromEntries(Object.keys(labels).map((key) => [key, before[key] ?? null])));
  };
}
