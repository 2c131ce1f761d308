import { nodes } from '../../../agent/kube/object.ts';
import type { Kube } from '../../../agent/kube/types.ts';
import type { TopologyNode } from '../../cluster.ts';
import { nodeConditions, nodeObject } from './node-object.ts';
import type { Readiness } from './node-object.ts';
import type { Node } from './objects.ts';
import { timestamp } from './timestamp.ts';

interface Reporter {
  readonly kube: Kube;
  readonly kubeletVersion: string;
}

/** Makes the Node where there is none yet, and says that it is ready. */
export async function registerNode(node: TopologyNode, reporter: Reporter): Promise<void> {
  const { kube, kubeletVersion } = reporter;
  if ((await kube.find(nodes, node.name)) === null) await kube.create(nodes, nodeObject(node, kubeletVersion));
  await reportNode(node, 'True', reporter);
}

/** Writes the conditions of the Node. */
export async function reportNode(
  node: TopologyNode,
  readiness: Readiness,
  { kube, kubeletVersion }: Reporter,
): Promise<void> {
  const current = await kube.find<Node>(nodes, node.name);
  if (current === null) return;
  const conditions = nodeConditions(readiness, current.status?.conditions ?? [], timestamp());
  const status = readiness === 'True' ? { ...nodeObject(node, kubeletVersion).status, conditions } : { conditions };
  await kube.patch(nodes, node.name, { status }, { type: 'merge', subresource: 'status' });
}
