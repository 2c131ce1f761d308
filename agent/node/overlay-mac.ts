import { createHash } from 'node:crypto';

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
