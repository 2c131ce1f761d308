import { selectorMatches } from '../api/label-selector.ts';
import type { LabelSelector } from '../api/label-selector.ts';
import { HashRing } from './consistent-hash.ts';

export interface ScheduledNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** How many different Egress IPs the node may own. */
  readonly capacity: number;
}

export interface Placeable {
  readonly ip: string;
  /** Of the pool that the address comes from. */
  readonly nodeSelector: LabelSelector;
}

/**
 * Owner of each Egress IP, or null where no node may own it. Every agent computes the same from the same facts: each
 * address has its place on the hash ring of the alive nodes that its pool selects, and passes on clockwise from a node
 * that is full. `wanted` is in order of precedence (oldest Egress first); several Egresses with one address count once.
 */
export function schedule(
  wanted: readonly Placeable[],
  aliveNodes: readonly ScheduledNode[],
): Map<string, string | null> {
  const rings = new Map<string, HashRing>();
  const free = new Map(aliveNodes.map((node) => [node.name, node.capacity]));
  const owners = new Map<string, string | null>();
  for (const { ip, nodeSelector } of wanted) {
    if (owners.has(ip)) continue;
    const owner = ringOf(nodeSelector, aliveNodes, rings).find(ip, (node) => (free.get(node) ?? 0) > 0);
    owners.set(ip, owner);
    if (owner !== null) free.set(owner, (free.get(owner) ?? 0) - 1);
  }
  return owners;
}

/** Pools are many, what they select is little. */
function ringOf(selector: LabelSelector, nodes: readonly ScheduledNode[], rings: Map<string, HashRing>): HashRing {
  const text = selectorText(selector);
  let ring = rings.get(text);
  if (!ring) {
    ring = HashRing.of(nodes.filter((node) => selectorMatches(selector, node.labels)).map((node) => node.name));
    rings.set(text, ring);
  }
  return ring;
}

const texts = new WeakMap<LabelSelector, string>();

function selectorText(selector: LabelSelector): string {
  let text = texts.get(selector);
  if (text === undefined) texts.set(selector, (text = JSON.stringify(selector)));
  return text;
}
