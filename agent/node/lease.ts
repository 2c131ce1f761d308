import type { Family } from './family.ts';
import { table } from './names.ts';

/**
 * One element for all addresses of a node, that runs out by itself: without it nothing leaves with an Egress IP, and
 * nobody is answered for one. To renew it costs the same for one address and for hundreds. Its key is the protocol of
 * the packets that pass the table, for a rule has to ask for something that packets have.
 */
export const leaseSet = '\n  set lease { type ether_type; flags timeout; }';
/** Matches packets while the node has no lease. */
export const withoutLease = 'meta protocol != @lease';

/** Tables that have the set, each with the element. */
const entries = { 4: ['ip', 'arp'], 6: ['ip6'] } as const;

/** nft commands after which the lease lasts for so many milliseconds; 0 ends it. */
export function leaseCommands(families: Iterable<Family>, leaseMs: number): string[] {
  return [...families].flatMap((family) =>
    entries[family].flatMap((name) => {
      const [add, remove] = ['add', 'delete'].map((verb) => `${verb} element ${name} ${table} lease { ${name}`);
      // Kernels before 6.12 keep the time of an element that is there, and refuse to delete one that is not.
      return [`${add} }`, `${remove} }`, ...(leaseMs > 0 ? [`${add} timeout ${leaseMs}ms }`] : [])];
    }),
  );
}
