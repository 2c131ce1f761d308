import { Address4, Address6 } from 'ip-address';

/**
 * Whether two texts are the same address. Compared as numbers: 1.1.1.1 is neither 11.1.1.1 nor 1.1.1.10, and
 * fd00::1 is fd00:0:0::1. An IPv4 address mapped into IPv6 is the IPv4 address.
 * @throws AddressError of ip-address when a text is no address.
 */
export function sameAddress(a: string, b: string): boolean {
  const left = parse(a);
  const right = parse(b);
  return left.bigInt === right.bigInt && left.family === right.family;
}

export function includesAddress(list: readonly string[], address: string): boolean {
  return list.some((entry) => sameAddress(entry, address));
}

export function inCidr(address: string, cidr: string): boolean {
  const { family } = parse(address);
  if (cidr.includes(':') !== (family === 6)) return false;
  return family === 4
    ? new Address4(plain(address)).isInSubnet(new Address4(cidr))
    : new Address6(address).isInSubnet(new Address6(cidr));
}

function parse(text: string): { family: 4 | 6; bigInt: bigint } {
  const address = plain(text);
  return address.includes(':')
    ? { family: 6, bigInt: new Address6(address).bigInt() }
    : { family: 4, bigInt: new Address4(address).bigInt() };
}

function plain(text: string): string {
  return text.toLowerCase().startsWith('::ffff:') && text.includes('.') ? text.slice('::ffff:'.length) : text;
}
