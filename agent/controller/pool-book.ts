import { addressNumber, addressText, rangeSize, rangeWithout } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import { poolRanges } from '../api/pool-ranges.ts';
import type { Reserved } from '../api/reserved.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';

interface Shelf {
  readonly range: AddressRange;
  readonly taken: Set<bigint>;
  /** No address before it is free. */
  next: bigint;
}

/**
 * Which addresses of one pool are taken. Only ever fills up, so that the search for the lowest free address goes through
 * each range once, however many addresses are asked for.
 */
export class PoolBook {
  readonly #shelves: readonly Shelf[];

  readonly #reserved: readonly (readonly [Shelf, bigint])[];

  /** What is reserved is neither counted nor given out, like what is out of the ranges. */
  constructor(pool: ExternalIPPool, reserved: Reserved) {
    const own = reserved.ranges.reduce<readonly AddressRange[]>(
      (ranges, hole) => ranges.flatMap((range) => rangeWithout(range, hole)),
      poolRanges(pool),
    );
    this.#shelves = own.map((range) => ({ range, taken: new Set(), next: range.first }));
    this.#reserved = [...reserved.addresses].flatMap((ip) => {
      const place = this.#placeOf(ip);
      return place === null ? [] : [place];
    });
    for (const [shelf, value] of this.#reserved) shelf.taken.add(value);
  }

  /** Several Egresses may share an address that they name; false when it is not of this pool, or reserved. */
  claim(ip: string): boolean {
    const place = this.#placeOf(ip);
    if (place === null || this.#reserved.some(([shelf, value]) => shelf === place[0] && value === place[1]))
      return false;
    place[0].taken.add(place[1]);
    return true;
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
      total: Number(this.#shelves.reduce((sum, { range }) => sum + rangeSize(range), 0n)) - this.#reserved.length,
      used: this.#shelves.reduce((sum, { taken }) => sum + taken.size, 0) - this.#reserved.length,
    };
  }

  #placeOf(ip: string): readonly [Shelf, bigint] | null {
    const number = addressNumber(ip);
    const shelf = this.#shelves.find(
      ({ range }) => range.family === number?.family && number.value >= range.first && number.value <= range.last,
    );
    return shelf === undefined || number === null ? null : [shelf, number.value];
  }
}
