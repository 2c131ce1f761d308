import { addressText, cidrRange } from '../../agent/base/ip-range.ts';
import type { IpFamily } from '../../agent/linux/sockets.ts';

const bits = { 4: 32, 6: 128 } as const;

/** CIDRs of all addresses, of the IP versions of those that are given, that none of them has. @throws Error for what is no CIDR */
export function complementOf(cidrs: readonly string[]): string[] {
  const ranges = cidrs.map((cidr) => {
    const range = cidrRange(cidr);
    if (range === null) throw new Error(`${cidr} is no CIDR`);
    return range;
  });
  const outside = (family: IpFamily, first: bigint, length: number): string[] => {
    const last = first + (1n << BigInt(bits[family] - length)) - 1n;
    const meeting = ranges.filter((range) => range.family === family && range.first <= last && first <= range.last);
    if (meeting.length === 0) return [`${addressText(family, first)}/${length}`];
    if (meeting.some((range) => range.first <= first && last <= range.last)) return [];
    const half = 1n << BigInt(bits[family] - length - 1);
    return [...outside(family, first, length + 1), ...outside(family, first + half, length + 1)];
  };
  return [...new Set(ranges.map(({ family }) => family))].flatMap((family) => outside(family, 0n, 0));
}
