import { isIPv4 } from 'node:net';
import { appliesTo, selectsNamespace } from '../api/egress.ts';
import { cidrRange } from '../base/ip-range.ts';
import { internalIPv4 } from './facts.ts';
import type { Facts, Node, PlanSettings, Pod } from './facts.ts';
import { overlayMac } from './overlay-mac.ts';
import { ownership } from './ownership.ts';
import type { Ownership } from './ownership.ts';

/** What the kernel of one node has to do. All addresses are IPv4. */
export interface NodePlan {
  /** The node's own InternalIP, its end of the overlay. */
  readonly nodeAddress: string;
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
  /** InternalIP of each other node to its overlay MAC address. */
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

/** Null until the node's own InternalIP is known. */
export function planNode(facts: Facts, self: string, settings: PlanSettings): NodePlan | null {
  const selfNode = facts.nodes.find((node) => node.metadata.name === self);
  const nodeAddress = selfNode ? internalIPv4(selfNode) : null;
  if (!selfNode || nodeAddress === null) return null;
  const owners = ownership(facts, self, settings.maxEgressIPsPerNode);
  const nodeAddresses = new Map(facts.nodes.flatMap((node) => addressEntry(node)));
  const held = new Set(
    owners.filter((entry) => entry.pooled && entry.node === self && facts.mayTake(entry.egress)).flatMap(ipOf),
  );
  const statics = owners.filter((entry) => !entry.pooled && entry.node === self).flatMap(ipOf);
  const pods = new Set<string>();
  const steering = new Map<string, string>();
  const snat = new Map<string, string>();
  const selecting = selector(owners, facts);
  for (const { pod, ip } of runningPods(facts.pods)) {
    const isLocal = pod.spec?.nodeName === self;
    if (isLocal) pods.add(ip);
    const owner = selecting(pod);
    if (!owner) continue;
    if (owner.node === self && owner.ip !== null) snat.set(ip, owner.ip);
    const way = isLocal ? wayOut(owner, self, nodeAddresses, settings.fallback) : null;
    if (way !== null) steering.set(ip, way);
  }
  return {
    nodeAddress,
    podRanges: podCIDRsOf(selfNode),
    pods,
    steering,
    snat,
    exempt: exemptDestinations(facts, settings, nodeAddresses),
    peers: new Map(
      [...nodeAddresses].filter(([name]) => name !== self).map(([, address]) => [address, overlayMac(address)]),
    ),
    addresses: new Set(owners.filter((entry) => entry.pooled).flatMap(ipOf)),
    held,
    owned: new Set([...held, ...statics]),
    unknownPods: settings.unknownPods,
    ownership: owners,
  };
}

function addressEntry(node: Node): [string, string][] {
  const address = internalIPv4(node);
  return address === null ? [] : [[node.metadata.name ?? '', address]];
}

function ipOf(entry: Ownership): string[] {
  return entry.ip === null ? [] : [entry.ip];
}

/** Finds the Egress of a pod: of those that select it, the oldest, then the first by name. */
function selector(owners: readonly Ownership[], facts: Facts): (pod: Pod) => Ownership | undefined {
  const namespaceLabels = new Map(facts.namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]));
  const candidates = owners.filter(({ egress }) => !egress.spec.egressIP?.includes(':'));
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
  nodeAddresses: ReadonlyMap<string, string>,
  fallback: PlanSettings['fallback'],
): string | null {
  if (owner.node === null) return fallback === 'drop' ? steerDrop : null;
  if (owner.node === self) return steerLocal;
  const address = nodeAddresses.get(owner.node);
  return address === undefined ? steerDrop : overlayMac(address);
}

/** Pods with an address of their own, each address once: a later pod may have got it from one that has ended. */
function runningPods(pods: readonly Pod[]): { pod: Pod; ip: string }[] {
  const byAddress = new Map<string, Pod>();
  for (const pod of pods) {
    const { phase, podIP } = pod.status ?? {};
    if (pod.spec?.hostNetwork || !pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') continue;
    const ip = [podIP, ...(pod.status?.podIPs ?? []).map((entry) => entry.ip)].find(
      (address) => address && isIPv4(address),
    );
    if (!ip) continue;
    const other = byAddress.get(ip);
    if (!other || (other.metadata.creationTimestamp ?? '') <= (pod.metadata.creationTimestamp ?? ''))
      byAddress.set(ip, pod);
  }
  return [...byAddress].map(([ip, pod]) => ({ ip, pod }));
}

/** Link-local destinations (cloud metadata, node-local DNS) mean the pod's own node. */
const linkLocal = '169.254.0.0/16';

function exemptDestinations(
  facts: Facts,
  settings: PlanSettings,
  nodeAddresses: ReadonlyMap<string, string>,
): string[] {
  const destinations = [
    linkLocal,
    ...facts.nodes.flatMap(podCIDRsOf),
    ...settings.podCIDRs,
    ...settings.serviceCIDRs,
    ...settings.exceptCIDRs,
    ...nodeAddresses.values(),
    ...facts.apiServers,
  ];
  return [...new Set(destinations.filter((entry) => isIPv4(entry) || cidrRange(entry)?.family === 4))].sort();
}

function podCIDRsOf(node: Node): string[] {
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
  return cidrs.filter((cidr) => cidrRange(cidr)?.family === 4);
}
