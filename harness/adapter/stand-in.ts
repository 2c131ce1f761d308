import { nodes, pods, type KubeObject } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import { inCidr } from '../check/address.ts';
import { complementOf } from '../check/complement.ts';
import type { Adapter, Selection } from './adapter.ts';
import { bundled } from './bundled.ts';

/** Pods have the name of the one policy that they are of. */
const label = 'egressproof.dev/stand-in';

/**
 * The bundled implementation, asked in a roundabout way for what it does not have, so that the cases of that are seen
 * passing and failing: destinations by excepting, for all policies, everything else; pods by addresses and nodes by
 * labels that they are given when the policy is applied, and never later. Nobody's implementation: for selftests.
 */
export const standIn: Adapter = {
  ...bundled,
  name: 'stand-in',
  features: new Set([...bundled.features, 'DestinationCIDRs', 'SourceCIDR', 'NodeOfPodSelector']),

  async apply({ destinations, selection, ...intent }, context) {
    if (destinations) await bundled.except?.(complementOf(destinations), context);
    await bundled.apply({ ...intent, selection: await byLabels(intent.name, selection, context.kube) }, context);
  },

  async remove(name, context) {
    await bundled.remove(name, context);
    await bundled.except?.([], context);
  },
};

interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly podIPs?: readonly { readonly ip: string }[] };
}

async function byLabels(name: string, selection: Selection, kube: Kube): Promise<Selection> {
  if (typeof selection === 'string') return selection;
  const { addresses, onNodes, ...rest } = selection;
  if (addresses === undefined && onNodes === undefined) return selection;
  const members = await kube.list(nodes);
  const wanted = Object.entries(onNodes ?? {});
  const allowed = new Set(
    members.items
      .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
      .map(({ metadata }) => metadata.name),
  );
  const selects = ({ spec, status }: Pod): boolean =>
    allowed.has(spec?.nodeName) &&
    (addresses?.some((cidr) => status?.podIPs?.some(({ ip }) => inCidr(ip, cidr))) ?? true);
  const { items } = await kube.list<Pod>(pods);
  await Promise.all(
    items.map(async (pod) => {
      const has = pod.metadata.labels?.[label] === name;
      if (has === selects(pod)) return;
      const patch = { metadata: { labels: { [label]: has ? null : name } } };
      await kube.patch(pods, pod.metadata.name ?? '', patch, {
        type: 'merge',
        namespace: pod.metadata.namespace ?? '',
      });
    }),
  );
  return { ...rest, pods: { ...rest.pods, [label]: name } };
}
