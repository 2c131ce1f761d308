import { appliesTo, selectsNamespace } from '../api/egress.ts';
import { canonicalAddress } from '../base/ip-range.ts';
import { internalIP } from './facts.ts';
import type { Facts, Node, PlanSettings, Pod } from './facts.ts';
import { families, familyOf } from './family.ts';
import type { Family } from './family.ts';
import { overlayMac } from './overlay-mac.ts';
import { ownership } from './ownership.ts';
import type { Ownership } from './ownership.ts';

/** What the kernel of one node has to do. Addresses of both IP versions are side by side; each belongs to its own table. */
export interface NodePlan {
  /** The node's own end of the overlay: its IPv4 InternalIP, or its IPv6 one where it has no other. */
  readonly nodeAddress: string;
  /** IP versions of this node, each with the address of the node that tells by which interface they leave. */
  readonly uplinks: ReadonlyMap<Family, string>;
  /** The pod CIDRs of this node. */
  readonly podRanges: readonly string[];
  /** Addresses of the running pods of this node. */
  readonly pods: ReadonlySet<string>;
  /** Selected pod of this node: SNAT here, drop, or the overlay MAC address of the node it leaves through. */
  readonly steering: ReadonlyMap<string, string>;
  /** Selected pod, on whatever node, to the Egress IP it leaves with from here. */
  readonly snat: ReadonlyMap<string, string>;
  /** Destinations (addresses and CIDRs) that are never touched. */
  readonly exempt: readonly string[];
  /** Address of each other node's end of the overlay to its MAC address. */
  readonly peers: ReadonlyMap<string, string>;
  /** Egress IPs that the agents configure, wherever they are: fenced on every node. */
  readonly addresses: ReadonlySet<string>;
  /** Of these, the ones this node holds: configured here, answered for, announced. */
  readonly held: ReadonlySet<string>;
  /** Source addresses that may leave from here: `held`, and static Egress IPs configured here by others. */
  readonly owned: ReadonlySet<string>;
  readonly unknownPods: 'hold' | 'allow';
  /** Where each Egress belongs, for its status. */
  readonly ownership: readonly Ownership[];
}

/** In `steering`: SNAT on this node. */
export const steerLocal = 'local';
/** In `steering`: the Egress has no node. */
export const steerDrop = 'drop';

/** Null until an InternalIP of the node is known. */
export function planNode(facts: Facts, self: string, settings: PlanSettings): NodePlan | null {
  const selfNode = facts.nodes.find((node) => node.metadata.name === self);
  const nodeAddress = selfNode && (internalIP(selfNode, 4) ?? internalIP(selfNode, 6));
  if (!selfNode || !nodeAddress) return null;
  const owners = ownership(facts, self, settings.maxEgressIPsPerNode);
  const overlayFamily = familyOf(nodeAddress) ?? 4;
  const overlayEnds = new Map(facts.nodes.flatMap((node) => overlayEnd(node, overlayFamily)));
  const held = new Set(
    owners.filter((entry) => entry.pooled && entry.node === self && facts.mayTake(entry.egress)).flatMap(ipOf),
  );
  const statics = owners.filter((entry) => !entry.pooled && entry.node === self).flatMap(ipOf);
  const pods = new Set<string>();
  const steering = new Map<string, string>();
  const snat = new Map<string, string>();
  const selecting = { 4: selector(owners, facts, 4), 6: selector(owners, facts, 6) };
  for (const { pod, ip, family } of runningPods(facts.pods)) {
    const isLocal = pod.spec?.nodeName === self;
    if (isLocal) pods.add(ip);
    const owner = selecting[family](pod);
    if (!owner) continue;
    if (owner.node === self && owner.ip !== null) snat.set(ip, owner.ip);
    const way = isLocal ? wayOut(owner, self, overlayEnds, settings.fallback) : null;
    if (way !== null) steering.set(ip, way);
  }
  return {
    nodeAddress,
    uplinks: uplinksOf(selfNode, nodeAddress),
    podRanges: podCIDRsOf(selfNode),
    pods,
    steering,
    snat,
    exempt: exemptDestinations(facts, settings),
    peers: new Map(
      [...overlayEnds].filter(([name]) => name !== self).map(([, address]) => [address, overlayMac(address)]),
    ),
    addresses: new Set(owners.filter((entry) => entry.pooled).flatMap(ipOf)),
    held,
    owned: new Set([...held, ...statics]),
    unknownPods: settings.unknownPods,
    ownership: owners,
  };
}

function overlayEnd(node: Node, family: Family): [string, string][] {
  const address = internalIP(node, family);
  return address === null ? [] : [[node.metadata.name ?? '', address]];
}

/** IP versions that the node or its pods have. Without an address of its own in one, the node has one interface for both. */
function uplinksOf(node: Node, nodeAddress: string): Map<Family, string> {
  const ranges = podCIDRsOf(node).map(familyOf);
  const present = families.filter((family) => internalIP(node, family) !== null || ranges.includes(family));
  return new Map(present.map((family) => [family, internalIP(node, family) ?? nodeAddress]));
}

function ipOf(entry: Ownership): string[] {
  return entry.ip === null ? [] : [entry.ip];
}

/**
 * Finds the Egress that has a pod's traffic of one IP version: of those that select the pod and have, or may yet get, an
 * address of that version, the oldest, then the first by name.
 */
function selector(owners: readonly Ownership[], facts: Facts, family: Family): (pod: Pod) => Ownership | undefined {
  const namespaceLabels = new Map(facts.namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]));
  const candidates = owners.filter((entry) => entry.family === family || entry.family === null);
  const inNamespace = new Map<string, Ownership[]>();
  return (pod) => {
    const { namespace = '' } = pod.metadata;
    const labels = namespaceLabels.get(namespace) ?? {};
    let likely = inNamespace.get(namespace);
    if (!likely) {
      likely = candidates.filter(({ egress }) => selectsNamespace(egress, labels));
      inNamespace.set(namespace, likely);
    }
    return likely.find(({ egress }) => appliesTo(egress, pod.metadata.labels, labels));
  };
}

function wayOut(
  owner: Ownership,
  self: string,
  overlayEnds: ReadonlyMap<string, string>,
  fallback: PlanSettings['fallback'],
): string | null {
  if (owner.node === null) return fallback === 'drop' ? steerDrop : null;
  if (owner.node === self) return steerLocal;
  const address = overlayEnds.get(owner.node);
  return address === undefined ? steerDrop : overlayMac(address);
}

interface PodAddress {
  readonly pod: Pod;
  readonly ip: string;
  readonly family: Family;
}

/** Pods with addresses of their own, each address once: a later pod may have got it from one that has ended. */
function runningPods(pods: readonly Pod[]): PodAddress[] {
  const byAddress = new Map<string, PodAddress>();
  for (const pod of pods) {
    const { phase, podIP, podIPs = [] } = pod.status ?? {};
    if (pod.spec?.hostNetwork || !pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') continue;
    for (const address of new Set([podIP, ...podIPs.map((entry) => entry.ip)])) {
      const [ip, family] = address ? [canonicalAddress(address), familyOf(address)] : [null, null];
      if (ip === null || family === null) continue;
      const other = byAddress.get(ip)?.pod;
      if (!other || (other.metadata.creationTimestamp ?? '') <= (pod.metadata.creationTimestamp ?? ''))
        byAddress.set(ip, { pod, ip, family });
    }
  }
  return [...byAddress.values()];
}

/** Link-local destinations (cloud metadata, node-local DNS, neighbours) mean the pod's own node. */
const linkLocal = ['169.254.0.0/16', 'fe80::/10'];

function exemptDestinations(facts: Facts, settings: PlanSettings): string[] {
  const destinations = [
    ...linkLocal,
    ...facts.nodes.flatMap(podCIDRsOf),
    ...settings.podCIDRs,
    ...settings.serviceCIDRs,
    ...settings.exceptCIDRs,
    ...facts.nodes.flatMap((node) => families.flatMap((family) => internalIP(node, family) ?? [])),
    ...facts.apiServers,
  ];
  return [...new Set(destinations.filter((entry) => familyOf(entry) !== null))].sort();
}

function podCIDRsOf(node: Node): string[] {
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
  return cidrs.filter((cidr) => familyOf(cidr) !== null);
}
