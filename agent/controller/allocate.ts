import { byAge, egressAddresses } from '../api/egress.ts';
import type { Egress, EgressAddress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import type { Reserved } from '../api/reserved.ts';
import { PoolBook } from './pool-book.ts';

/** What is to become of one address of an Egress that names pools. */
export interface Decision extends EgressAddress {
  /** Why it is not allocated; null when it is, or is static. `ip` is what the spec has to say in either case. */
  readonly why: string | null;
  /** The address that has to go from the spec, which still shows it until that is written: not what the user asked for. */
  readonly withdrawn?: string;
}

/** The decisions on all addresses, by the identity of the Egress. */
export type Decisions = ReadonlyMap<string, readonly Decision[]>;

export interface Allocations {
  readonly decisions: Decisions;
  /** By the name of the pool. */
  readonly usage: ReadonlyMap<string, { readonly total: number; readonly used: number }>;
}

/** One that was deleted and made again is another one. */
export const identityOf = ({ metadata }: Egress): string => metadata.uid ?? metadata.name ?? '';

/**
 * Gives each Egress that names pools its addresses. Addresses in the specs come first, so that a restarted controller
 * finds its allocations again; several Egresses may name the same one and share it, which Antrea refuses. Then the oldest
 * Egress without one gets the lowest free address of the first range with room. Pure; `previous` is what the last call
 * decided, empty after a restart. What is `reserved` is never given out.
 */
export function allocate(
  egresses: Iterable<Egress>,
  pools: Iterable<ExternalIPPool>,
  previous: Decisions,
  reserved: Reserved,
): Allocations {
  const books = new Map([...pools].map((pool) => [pool.metadata.name ?? '', new PoolBook(pool, reserved)]));
  const decisions = new Map<string, Decision[]>();
  const waiting: { readonly of: Decision[]; readonly at: number; readonly book: PoolBook }[] = [];
  for (const egress of [...egresses].sort(byAge)) {
    const addresses = egressAddresses(egress);
    if (addresses.every(({ pool }) => pool === null)) continue;
    const before = previous.get(identityOf(egress)) ?? toldBefore(egress);
    const of: Decision[] = [];
    decisions.set(identityOf(egress), of);
    addresses.forEach(({ ip: named, pool }, at) => {
      const own = ownAddress(before[at], pool);
      const withdrawn = before[at]?.pool === pool ? before[at]?.withdrawn : undefined;
      // Its own address also where the spec does not show it: cleared by the user, or the cache is behind the last write.
      const ip = named ?? own;
      const book = books.get(pool ?? '');
      of[at] = { ip, pool, why: null };
      if (pool === null) return;
      if (!book)
        of[at] = {
          ip: null,
          pool,
          why: `ExternalIPPool ${pool} does not exist`,
          ...(ip === null ? {} : { withdrawn: ip }),
        };
      else if (ip === null) waiting.push({ of, at, book });
      else if (book.claim(ip)) return;
      // The pool was replaced by one with other ranges: its own address is not what the user asked for.
      else if (ip === own || ip === withdrawn) waiting.push({ of, at, book });
      else of[at] = { ip, pool, why: refusalOf(ip, egress, pool, reserved.useOf(ip)) };
    });
  }
  for (const { of, at, book } of waiting) {
    const ip = book.claimLowest();
    of[at] = { ip, pool: of[at]?.pool ?? null, why: ip === null ? 'cannot allocate IP in any range' : null };
  }
  return { decisions, usage: new Map([...books].map(([name, book]) => [name, book.usage()])) };
}

/** What an earlier controller has decided, as far as its condition tells. */
function toldBefore(egress: Egress): readonly Decision[] {
  const isAllocated = egress.status?.conditions?.some(
    ({ type, status }) => type === 'IPAllocated' && status === 'True',
  );
  return isAllocated === true ? egressAddresses(egress).map((address) => ({ ...address, why: null })) : [];
}

function ownAddress(before: Decision | undefined, pool: string | null): string | null {
  return before?.why === null && before.pool === pool ? before.ip : null;
}

function refusalOf(ip: string, { metadata }: Egress, pool: string, otherUse: string | null): string {
  const reason = otherUse ?? `cannot allocate IP ${ip} in any range`;
  return `error when allocating IP ${ip} for Egress ${metadata.name} from ExternalIPPool ${pool}: ${reason}`;
}
