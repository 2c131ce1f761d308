/** How many Egress IPs a picture tells apart by colour; the stylesheet has one for each. */
const colours = 6;

/** The class that colours a source address: one of the Egress IPs of a picture, or an address that a node has. */
export function colourOf(seen: string, seenOwner: string | undefined, egressIPs: readonly string[]): string {
  if (seenOwner !== undefined) return 'of-node';
  return `egress-${egressIPs.indexOf(seen) % colours}`;
}
