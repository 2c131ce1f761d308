import { isIPv4, isIPv6 } from 'node:net';
import { cidrRange } from '../base/ip-range.ts';

/** IP version. The agent does the same for both; what differs is in the texts of commands. */
export type Family = 4 | 6;
export const families: readonly Family[] = [4, 6];

/** IP version of an address or a CIDR; null when it is neither. */
export function familyOf(entry: string): Family | null {
  if (isIPv4(entry)) return 4;
  if (isIPv6(entry)) return 6;
  return entry.includes('/') ? (cidrRange(entry)?.family ?? null) : null;
}

/** The addresses and CIDRs of one IP version. */
export function ofFamily(entries: Iterable<string>, family: Family): string[] {
  return [...entries].filter((entry) => familyOf(entry) === family);
}
