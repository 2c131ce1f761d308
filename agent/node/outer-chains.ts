import { ipBytes } from '../linux/ip-bytes.ts';
import { dropFor } from './drop-reasons.ts';
import type { Family } from './family.ts';
import { hexMark } from './names.ts';

/** Who may send to the node's end of the overlay. */
export interface OuterShape {
  /** UDP port of the overlay. */
  readonly port: number;
  /** CIDRs of which hosts are on the node's own link. */
  readonly onLink: readonly string[];
}

/** Name of the set of pairs of a node and a pod of it, in the table of the outer packets, by the IP version of the pod. */
export const originSet = (family: Family): 'origins' | 'origins6' => (family === 4 ? 'origins' : 'origins6');

/** Where the inner packet is, octets after the outer UDP header's begin: UDP 8, VXLAN 8, then Ethernet. */
const etherType = 16 + 12;
const innerSource: Readonly<Record<Family, { at: number; bytes: number; type: string }>> = {
  4: { at: 16 + 14 + 12, bytes: 4, type: '0x0800' },
  6: { at: 16 + 14 + 8, bytes: 16, type: '0x86dd' },
};

const field = (at: number, bytes: number): string => `@th,${at * 8},${bytes * 8}`;
const sourceField = (family: Family): string => field(innerSource[family].at, innerSource[family].bytes);

/** The element of an origin set. */
export function originElement(nodeAddress: string, pod: string): string {
  return `${nodeAddress} . ${hexMark(BigInt(`0x${ipBytes(pod).toString('hex')}`))}`;
}

export const outerSets = (ip: string, families: readonly Family[]): string =>
  families.map((family) => `\n  set ${originSet(family)} { typeof ${ip} saddr . ${sourceField(family)}\n  }`).join('');

/** Only nodes speak VXLAN to nodes, never pods (whose address the node may have masqueraded). */
export const outerForward = (ip: string, { port }: OuterShape): string => `
    udp dport ${port} ${ip} daddr @peers ${dropFor('forged-tunnel')}`;

/**
 * Before anything is taken out of the overlay: it comes from a node, from no farther than the link where the node is on
 * it (a router takes one off the TTL: RFC 5082), and brings a packet of a pod that runs on that node.
 */
export function outerInput(ip: string, { port, onLink }: OuterShape, families: readonly Family[]): string {
  const distance = ip === 'ip' ? 'ip ttl' : 'ip6 hoplimit';
  const near =
    onLink.length === 0 ? [] : [`${ip} saddr { ${onLink.join(', ')} } ${distance} != 255 ${dropFor('forged-tunnel')}`];
  const origins = families.map(
    (family) =>
      `${field(etherType, 2)} ${innerSource[family].type} ${ip} saddr . ${sourceField(family)} @${originSet(family)} accept`,
  );
  const rules = [`${ip} saddr != @peers ${dropFor('forged-tunnel')}`, ...near, ...origins, dropFor('forged-tunnel')];
  return `
  chain input {
    type filter hook input priority filter - 10; policy accept;
    udp dport ${port} goto from_nodes
  }
  chain from_nodes {
    ${rules.join('\n    ')}
  }`;
}
