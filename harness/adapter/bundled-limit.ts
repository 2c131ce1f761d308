import { nodes } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';

/** How many Egress IPs the node may have, as a person would write it; null for the default. */
export async function limitBundledNode(node: string, limit: string | null, kube: Kube): Promise<void> {
  await kube.patch(
    nodes,
    node,
    { metadata: { annotations: { 'node.antrea.io/max-egress-ips': limit } } },
    { type: 'merge' },
  );
}
