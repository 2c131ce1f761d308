import { Address4, Address6 } from 'ip-address';

/**
 * The one text of an address (RFC 5952): 1.1.1.1 is neither 11.1.1.1 nor 1.1.1.10, and fd00::1 is fd00:0:0::1. An IPv4
 * address mapped into IPv6 is the IPv4 address.
 * @throws AddressError of ip-address when the text is no address.
 */
export function canonical(text: string): string {
  if (!text.includes(':')) return new Address4(text).correctForm();
  const address = new Address6(text);
  return address.isInSubnet(mapped) ? address.to4().correctForm() : address.correctForm();
}

const mapped = new Address6('::ffff:0:0/96');

/** An IPv6 address with all its zeros. */
export const expanded = (address: string): string => new Address6(address).canonicalForm();

/** Whether two texts are the same address. */
export function sameAddress(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

/** Of something that has one of the primary family and, in a dual-stack cluster, one of IPv6 as well. */
export function both(primary: string, ipv6: string | undefined): string[] {
  return ipv6 === undefined ? [primary] : [primary, ipv6];
}

export function includesAddress(list: readonly string[], address: string): boolean {
  return list.some((entry) => sameAddress(entry, address));
}

export function inCidr(text: string, cidr: string): boolean {
  const address = canonical(text);
  if (address.includes(':') !== cidr.includes(':')) return false;
  return address.includes(':')
    ? new Address6(address).isInSubnet(new Address6(cidr))
    : new Address4(address).isInSubnet(new Address4(cidr));
}

/** A flood of forged sources must not fill the memory. */
const maxKnown = 10_000;

/** Whether an address is in one of the networks; answers are kept, for a capture asks about the same few over and over. */
export function memberOf(networks: readonly string[]): (address: string) => boolean {
  const known = new Map<string, boolean>();
  return (address) => {
    let found = known.get(address);
    if (found === undefined) {
      found = networks.some((network) => inCidr(address, network));
      if (known.size >= maxKnown) known.clear();
      known.set(address, found);
    }
    return found;
  };
}
