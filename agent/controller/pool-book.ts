import { addressNumber, addressText, rangeSize } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';

/**
 * Which addresses of one pool are taken. Only ever fills up, so that the search for the lowest free address goes through
 * each range once, however many addresses are asked for.
 */
export class PoolBook {
  readonly #shelves: readonly { readonly range: AddressRange; readonly taken: Set<bigint>; next: bigint }[];

  constructor(pool: ExternalIPPool) {
    this.#shelves = poolRanges(pool).map((range) => ({ range, taken: new Set(), next: range.first }));
  }

  /** Several Egresses may share an address that they name; false when it is not of this pool. */
  claim(ip: string): boolean {
    const number = addressNumber(ip);
    if (number === null) return false;
    const shelf = this.#shelves.find(
      ({ range }) => range.family === number.family && number.value >= range.first && number.value <= range.last,
    );
    shelf?.taken.add(number.value);
    return shelf !== undefined;
  }

  /** The lowest free address of the first range with room; null when there is none. */
  claimLowest(): string | null {
    for (const shelf of this.#shelves) {
      while (shelf.taken.has(shelf.next)) shelf.next += 1n;
      if (shelf.next > shelf.range.last) continue;
      shelf.taken.add(shelf.next);
      return addressText(shelf.range.family, shelf.next);
    }
    return null;
  }

  usage(): { total: number; used: number } {
    return {
      total: Number(this.#shelves.reduce((sum, { range }) => sum + rangeSize(range), 0n)),
      used: this.#shelves.reduce((sum, { taken }) => sum + taken.size, 0),
    };
  }
}
