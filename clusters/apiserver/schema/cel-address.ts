import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { Address6 } from 'ip-address';

/** An address as CEL has it: two are equal when they are the same address, however they were written. */
export interface CelAddress {
  readonly address: string;
  readonly family: bigint;
}

/** Null for what Kubernetes' CEL library takes for no address: also one with a zone, and one that is an IPv4 address in IPv6. */
export function celAddress(text: string): CelAddress | null {
  if (isIPv4(text)) return { address: text, family: 4n };
  if (!isIPv6(text) || text.includes('%')) return null;
  const address = new Address6(text).correctForm();
  return address.startsWith('::ffff:') ? null : { address, family: 6n };
}

/** Everything that Go's netip.Addr.IsGlobalUnicast says no to. */
const notGlobal = new BlockList();
for (const address of ['0.0.0.0', '255.255.255.255']) notGlobal.addAddress(address);
notGlobal.addSubnet('127.0.0.0', 8);
notGlobal.addSubnet('169.254.0.0', 16);
notGlobal.addSubnet('224.0.0.0', 4);
for (const address of ['::', '::1']) notGlobal.addAddress(address, 'ipv6');
notGlobal.addSubnet('fe80::', 10, 'ipv6');
notGlobal.addSubnet('ff00::', 8, 'ipv6');

export function isGlobalUnicast(address: string): boolean {
  return !notGlobal.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
