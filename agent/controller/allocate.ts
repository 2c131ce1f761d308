import { addressNumber, addressText, rangeContains, rangeSize } from '../base/ip-range.ts';
import { byAge } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { poolRanges } from '../api/pool-ranges.ts';

/** An address that an Egress has from a pool. */
export interface Allocation {
  readonly pool: string;
  readonly ip: string;
}

/** What is to become of an Egress that names a pool. */
export type Decision =
  | { readonly outcome: 'allocated'; readonly ip: string }
  /** `reclaim`: the address in the spec comes from a pool that is gone, and has to be taken out. */
  | { readonly outcome: 'refused'; readonly why: string; readonly reclaim: boolean };

export interface Allocations {
  /** By the name of the Egress. */
  readonly decisions: ReadonlyMap<string, Decision>;
  /** By the name of the pool. */
  readonly usage: ReadonlyMap<string, { readonly total: number; readonly used: number }>;
}

/**
 * Gives each Egress that names a pool its address. Addresses in the specs come first, so that a restarted controller
 * finds its allocations again; several Egresses may name the same one and share it, which Antrea refuses. Then the oldest
 * Egress without one gets the lowest free address of the first range with room. Pure; `previous` is what the last call
 * decided, empty after a restart.
 */
export function allocate(
  egresses: Iterable<Egress>,
  pools: Iterable<ExternalIPPool>,
  previous: ReadonlyMap<string, Allocation>,
): Allocations {
  const books = new Map([...pools].map((pool) => [pool.metadata.name ?? '', new PoolBook(pool)]));
  const decisions = new Map<string, Decision>();
  const waiting: Egress[] = [];
  // Its own address, also where the spec does not show it: cleared by the user, or written so lately that the cache is behind.
  const before = (egress: Egress): string | null => {
    const last = previous.get(egress.metadata.name ?? '');
    const { egressIP, externalIPPool } = egress.spec;
    return last && last.pool === externalIPPool && (!egressIP || egressIP === last.ip) ? last.ip : null;
  };
  const inOrder = [...egresses].filter((egress) => egress.spec.externalIPPool).sort(byAge);
  for (const egress of inOrder) {
    const pool = egress.spec.externalIPPool ?? '';
    const ip = egress.spec.egressIP || before(egress);
    const name = egress.metadata.name ?? '';
    const book = books.get(pool);
    if (!book) {
      decisions.set(name, {
        outcome: 'refused',
        why: `ExternalIPPool ${pool} does not exist`,
        reclaim: Boolean(egress.spec.egressIP),
      });
    } else if (!ip) {
      waiting.push(egress);
    } else if (book.claim(ip)) {
      decisions.set(name, { outcome: 'allocated', ip });
    } else if (before(egress) !== null && !book.has(ip)) {
      // The pool was replaced by one with other ranges: its own address is not what the user asked for.
      waiting.push(egress);
    } else {
      const why = `error when allocating IP ${ip} for Egress ${name} from ExternalIPPool ${pool}: cannot allocate IP ${ip} in any range`;
      decisions.set(name, { outcome: 'refused', why, reclaim: false });
    }
  }
  for (const egress of waiting.sort(byAge)) {
    const ip = books.get(egress.spec.externalIPPool ?? '')?.claimLowest() ?? null;
    const decision: Decision =
      ip === null
        ? { outcome: 'refused', why: 'cannot allocate IP in any range', reclaim: Boolean(egress.spec.egressIP) }
        : { outcome: 'allocated', ip };
    decisions.set(egress.metadata.name ?? '', decision);
  }
  return { decisions, usage: new Map([...books].map(([name, book]) => [name, book.usage()])) };
}

/** Which addresses of one pool are taken. */
class PoolBook {
  readonly #ranges: ReturnType<typeof poolRanges>;
  readonly #taken = new Set<string>();

  constructor(pool: ExternalIPPool) {
    this.#ranges = poolRanges(pool);
  }

  has(ip: string): boolean {
    return this.#ranges.some((range) => rangeContains(range, ip));
  }

  /** Several Egresses may share an address that they name; false when it is not of this pool. */
  claim(ip: string): boolean {
    const number = addressNumber(ip);
    if (!number || !this.has(ip)) return false;
    const text = addressText(number.family, number.value);
    this.#taken.add(text);
    return true;
  }

  claimLowest(): string | null {
    for (const range of this.#ranges) {
      for (let value = range.first; value <= range.last; value += 1n) {
        const text = addressText(range.family, value);
        if (this.#taken.has(text)) continue;
        this.#taken.add(text);
        return text;
      }
    }
    return null;
  }

  usage(): { total: number; used: number } {
    return { total: Number(this.#ranges.reduce((sum, range) => sum + rangeSize(range), 0n)), used: this.#taken.size };
  }
}
