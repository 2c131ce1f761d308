import { addressNumber, addressText, cidrRange, rangeContains, rangeSize } from '../../../agent/base/ip-range.ts';

export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

function rangeOf(cidr: string): NonNullable<ReturnType<typeof cidrRange>> {
  const range = cidrRange(cidr);
  if (range === null) throw new Error(`${cidr} is no CIDR`);
  return range;
}

/** The n-th address of a CIDR; 0 is the network's own. */
export function addressAt(cidr: string, index: number): string {
  const { family, first } = rangeOf(cidr);
  return addressText(family, first + BigInt(index));
}

/** The lowest free address; the first ones are left to those who ask by name (DNS, the `kubernetes` service). */
export function allocateAddress(cidr: string, used: ReadonlySet<string>): string {
  const size = Number(rangeSize(rangeOf(cidr)));
  const reserved = Math.min(Math.max(16, size / 16), 256, size / 4);
  for (const [from, to] of [[reserved, size - 1] as const, [1, reserved] as const]) {
    for (let i = Math.ceil(from); i < to; i += 1) {
      const candidate = addressAt(cidr, i);
      if (!used.has(candidate)) return candidate;
    }
  }
  throw new Error(`no free address in the service CIDR ${cidr}: all ${size - 2} are allocated`);
}

export function allocateNodePort(used: ReadonlySet<number>): number {
  for (let port = NODE_PORTS.first; port <= NODE_PORTS.last; port += 1) if (!used.has(port)) return port;
  throw new Error(`no free node port in ${NODE_PORTS.first}-${NODE_PORTS.last}`);
}

export const cidrContains = (cidr: string, address: string): boolean => rangeContains(rangeOf(cidr), address);

/** The one text of an address, so that two of them can be compared; what is none as it is. */
export function canonicalAddress(text: string): string {
  const number = addressNumber(text);
  return number === null ? text : addressText(number.family, number.value);
}
