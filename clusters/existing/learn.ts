import { addressNumber, addressText, cidrRange } from '../../agent/base/ip-range.ts';
import { nodes as nodesRef } from '../../agent/kube/object.ts';
import type { KubeObject, ResourceRef } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { TopologyNode } from '../cluster.ts';

interface Node extends KubeObject {
  readonly spec?: {
    readonly podCIDR?: string;
    readonly podCIDRs?: readonly string[];
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface ServiceCIDR extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

const serviceCIDRs: ResourceRef = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'servicecidrs',
  kind: 'ServiceCIDR',
  namespaced: false,
};

/** The nodes that pods can be put on: ready, schedulable, with an IPv4 address. */
export async function learnNodes(kube: Kube): Promise<TopologyNode[]> {
  const { items } = await kube.list<Node>(nodesRef);
  return items.filter(isUsable).flatMap(({ metadata, spec, status }) => {
    const address = status?.addresses?.find(({ type, address: text }) => type === 'InternalIP' && isV4(text))?.address;
    const podCIDR =
      [...(spec?.podCIDRs ?? []), spec?.podCIDR ?? ''].find((cidr) => cidrRange(cidr)?.family === 4) ?? '';
    return address === undefined
      ? []
      : [{ name: metadata.name ?? '', address, podCIDR, labels: { ...metadata.labels } }];
  });
}

function isUsable({ spec, status }: Node): boolean {
  const isReady = status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') === true;
  const isTainted = spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule') === true;
  return isReady && !isTainted && spec?.unschedulable !== true;
}

/** The first IPv4 range of services; null where the API server does not tell (before Kubernetes 1.33). */
export async function learnServiceCIDR(kube: Kube): Promise<string | null> {
  const list = await kube.list<ServiceCIDR>(serviceCIDRs).catch(() => ({ items: [] }));
  return list.items.flatMap(({ spec }) => spec?.cidrs ?? []).find((cidr) => cidrRange(cidr)?.family === 4) ?? null;
}

/** The smallest CIDR that covers all of them; null for none. */
export function covering(cidrs: readonly string[]): string | null {
  const ranges = cidrs.flatMap((cidr) => cidrRange(cidr) ?? []);
  if (ranges.length === 0) return null;
  const first = ranges.reduce((least, range) => (range.first < least ? range.first : least), ranges[0]?.first ?? 0n);
  const last = ranges.reduce((most, range) => (range.last > most ? range.last : most), 0n);
  let bits = 32n;
  while (bits > 0n && first >> (32n - bits) !== last >> (32n - bits)) bits -= 1n;
  return `${addressText(4, (first >> (32n - bits)) << (32n - bits))}/${bits}`;
}

const isV4 = (address: string): boolean => addressNumber(address)?.family === 4;
