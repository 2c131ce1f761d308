export interface WatchedInterface {
  readonly name: string;
  /** A neighbour on it, to which a datagram leaves through this interface. */
  readonly sentinel: string;
}

/** `IFACE=NEIGHBOUR... --network CIDR...`. */
export function parseWireArgs(args: readonly string[]): {
  interfaces: readonly WatchedInterface[];
  networks: readonly string[];
} {
  const at = args.indexOf('--network');
  const networks = args.slice(at + 1);
  const interfaces = args.slice(0, Math.max(at, 0)).map((text) => {
    const [name = '', sentinel = ''] = text.split('=');
    return { name, sentinel };
  });
  const isComplete = interfaces.length > 0 && interfaces.every(({ name, sentinel }) => name !== '' && sentinel !== '');
  if (networks.length === 0 || !isComplete) {
    throw new Error(`the capture needs IFACE=NEIGHBOUR... --network CIDR...; it was given: ${args.join(' ')}`);
  }
  return { interfaces, networks };
}
