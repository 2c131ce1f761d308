import { isIPv4, isIPv6 } from 'node:net';

/** IP version. The agent does the same for both; what differs is in the texts of commands. */
export type Family = 4 | 6;
export const families: readonly Family[] = [4, 6];

/** IP version of an address or a CIDR; null when it is neither. */
export function familyOf(entry: string): Family | null {
  const [address = '', prefix = '0', ...rest] = entry.split('/');
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : null;
  const isPrefix = /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
  return isPrefix && rest.length === 0 ? family : null;
}
