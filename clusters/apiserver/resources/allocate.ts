import { BlockList, isIPv4, isIPv6 } from 'node:net';

export const NODE_PORTS = { first: 30_000, last: 32_767 } as const;

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** The n-th address of an IPv4 CIDR; 0 is the network's own. */
export function addressAt(cidr: string, index: number): string {
  const [base = '', length = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return toAddress(Math.floor(toNumber(base) / size) * size + index);
}

/** The lowest free address; the first ones are left to those who ask by name (DNS, the `kubernetes` service). */
export function allocateAddress(cidr: string, used: ReadonlySet<string>): string {
  const size = 2 ** (32 - Number(cidr.split('/')[1]));
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

export function cidrContains(cidr: string, address: string): boolean {
  const [base = '', length = ''] = cidr.split('/');
  if (!isIPv4(address) && !isIPv6(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(length), isIPv4(base) ? 'ipv4' : 'ipv6');
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
