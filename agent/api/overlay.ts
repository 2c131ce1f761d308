import { createHash } from 'node:crypto';

/** UDP port of VXLAN (RFC 7348), unless the agent is told another one. */
export const defaultOverlayPort = 4789;
/** VXLAN network identifier: any that nobody else uses. */
export const vni = 7689;

/**
 * MAC address of a node's end of the overlay, from its address: locally administered, the same on every node. IPv4
 * addresses are in it as they are; of IPv6 addresses 40 bits of a hash.
 */
export function overlayMac(nodeAddress: string): string {
  const octets = nodeAddress.includes(':')
    ? ['06', ...hexOctets(createHash('sha256').update(nodeAddress).digest().subarray(0, 5))]
    : ['02', 'e6', ...hexOctets(nodeAddress.split('.').map(Number))];
  return octets.join(':');
}

const hexOctets = (octets: Iterable<number>): string[] =>
  [...octets].map((octet) => octet.toString(16).padStart(2, '0'));
