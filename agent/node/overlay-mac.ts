/** MAC address of a node's end of the overlay, from its IPv4 address: locally administered, the same on every node. */
export function overlayMac(nodeAddress: string): string {
  const octets = nodeAddress.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', 'e6', ...octets].join(':');
}
