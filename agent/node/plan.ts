import { internalIP } from './facts.ts';
import type { Facts, Node, PlanSettings } from './facts.ts';
import { families, familyOf } from './family.ts';
import type { Family } from './family.ts';
import { limitsOf } from './limits.ts';
import type { Limit } from './limits.ts';
import { originsOf } from './origins.ts';
import { overlayMac } from '../api/overlay.ts';
import { ownership } from './ownership.ts';
import type { Ownership, Place } from './ownership.ts';
import { subnetOf } from './subnets.ts';
import type { Subnet } from './subnets.ts';
import { PlanMemory, podWays, steerDrop, steerLocal } from './pod-ways.ts';

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
  /** Egress IPs of this node that are in a subnet of their own. */
  readonly subnets: ReadonlyMap<string, Subnet>;
  /** Selected pod of this node whose Egress has several addresses: the ways of `steering` by the index of the address. */
  readonly spread: ReadonlyMap<string, readonly string[]>;
  /** The like of `snat`: by the index, the Egress IP where it is here, else null. */
  readonly spreadSnat: ReadonlyMap<string, readonly (string | null)[]>;
  /** Selected pods of other nodes that leave from here, each with the overlay address of its node. */
  readonly origins: ReadonlyMap<string, string>;
  /** Pods that leave from here, each with the limit of its Egress where that has one. */
  readonly limits: ReadonlyMap<string, Limit>;
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

/** Null until an InternalIP of the node is known. `memory` is that of the plan before, for less work. */
export function planNode(
  facts: Facts,
  self: string,
  settings: PlanSettings,
  memory = new PlanMemory(),
): NodePlan | null {
  const selfNode = facts.nodes.find((node) => node.metadata.name === self);
  const nodeAddress = selfNode && (internalIP(selfNode, 4) ?? internalIP(selfNode, 6));
  if (!selfNode || !nodeAddress) return null;
  const owners = ownership(facts, self, settings);
  const overlayFamily = familyOf(nodeAddress) ?? 4;
  const overlayEnds = new Map(facts.nodes.flatMap((node) => overlayEnd(node, overlayFamily)));
  const places = owners.flatMap(({ egress, places: all }) => all.map((place) => ({ ...place, egress })));
  const here = places.filter(({ node }) => node === self);
  const held = new Set(
    here.filter(({ egress, ip, pooled }) => pooled && ip !== null && facts.mayTake(egress, ip)).flatMap(ipOf),
  );
  const statics = here.filter(({ pooled }) => !pooled).flatMap(ipOf);
  const ways = podWays(owners, facts, self, memory, (place) => wayOut(place, self, overlayEnds, settings.fallback));
  const leaves = (pod: string): boolean => ways.snat.has(pod) || ways.spreadSnat.has(pod);
  return {
    nodeAddress,
    uplinks: uplinksOf(selfNode, nodeAddress),
    podRanges: podCIDRsOf(selfNode),
    ...ways,
    subnets: subnetsOf(here, facts.pools),
    origins: originsOf(memory.pods.of(facts.pods), self, overlayEnds, leaves),
    limits: limitsOf(owners, memory.pods.of(facts.pods), leaves),
    exempt: exemptDestinations(facts, settings),
    peers: new Map(
      [...overlayEnds].filter(([name]) => name !== self).map(([, address]) => [address, overlayMac(address)]),
    ),
    addresses: new Set(places.filter(({ pooled }) => pooled).flatMap(ipOf)),
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

/** Addresses with the subnet of their pool, where that is of their IP version. */
function subnetsOf(places: readonly Place[], pools: Facts['pools']): Map<string, Subnet> {
  const subnets = new Map(pools.map((pool) => [pool.metadata.name ?? '', subnetOf(pool)]));
  return new Map(
    places.flatMap(({ ip, family, pool }): [string, Subnet][] => {
      const subnet = subnets.get(pool ?? '') ?? null;
      return ip === null || subnet === null || subnet.family !== family ? [] : [[ip, subnet]];
    }),
  );
}

function ipOf({ ip }: Place): string[] {
  return ip === null ? [] : [ip];
}

function wayOut(
  { node }: Place,
  self: string,
  overlayEnds: ReadonlyMap<string, string>,
  fallback: PlanSettings['fallback'],
): string | null {
  if (node === null) return fallback === 'drop' ? steerDrop : null;
  if (node === self) return steerLocal;
  const address = overlayEnds.get(node);
  return address === undefined ? steerDrop : overlayMac(address);
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
    ...facts.exceptCIDRs,
    ...facts.nodes.flatMap((node) => families.flatMap((family) => internalIP(node, family) ?? [])),
    ...facts.apiServers,
  ];
  return [...new Set(destinations.filter((entry) => familyOf(entry) !== null))].sort();
}

function podCIDRsOf(node: Node): string[] {
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : []);
  return cidrs.filter((cidr) => familyOf(cidr) !== null);
}
