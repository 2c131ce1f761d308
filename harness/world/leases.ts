import { sinkPorts } from '../traffic/bulk-protocol.ts';
import { addressRange, addressText, rangeSize } from '../../agent/base/ip-range.ts';

/** Hands out what two cases must not share at the same time: Egress IPs and ports of the witness. */
export class Leases<T> {
  readonly #all: readonly T[];
  readonly #taken = new Set<T>();
  readonly #what: string;
  #next = 0;

  constructor(what: string, all: readonly T[]) {
    this.#what = what;
    this.#all = all;
  }

  /** The next free one; what was given back comes last, so that leftovers of an earlier case cannot be mistaken for it. */
  take(): T {
    for (let tried = 0; tried < this.#all.length; tried += 1) {
      const candidate = this.#all[this.#next % this.#all.length] as T;
      this.#next += 1;
      if (!this.#taken.has(candidate)) return this.#mark(candidate);
    }
    throw new Error(`no free ${this.#what}: all ${this.#all.length} are in use`);
  }

  /** So many that follow each other, the first of which fits; from the end, where `take` comes last. */
  takeRun(count: number, fits: (first: T) => boolean = () => true): T[] {
    for (let at = this.#all.length - count; at >= 0; at -= 1) {
      const run = this.#all.slice(at, at + count);
      if (fits(run[0] as T) && run.every((one) => !this.#taken.has(one))) return run.map((one) => this.#mark(one));
    }
    throw new Error(`no ${count} free ones of ${this.#what} follow each other: ${this.#taken.size} are in use`);
  }

  /** This very one, counted from 1, e.g. the addresses of a figure. */
  claim(number: number): T {
    const wanted = this.#all[number - 1];
    if (wanted === undefined)
      throw new Error(`there is no ${this.#what} number ${number}: the range has ${this.#all.length}`);
    if (this.#taken.has(wanted)) throw new Error(`${this.#what} ${String(wanted)} is in use`);
    return this.#mark(wanted);
  }

  release(given: T): void {
    this.#taken.delete(given);
  }

  #mark(candidate: T): T {
    this.#taken.add(candidate);
    return candidate;
  }
}

/** All addresses from first to last, inclusive, of either family. */
export function addressesOf({ first, last }: { readonly first: string; readonly last: string }): string[] {
  const range = addressRange(first, last);
  if (range === null) throw new Error(`${first} to ${last} is no range of addresses`);
  return Array.from({ length: Number(rangeSize(range)) }, (_, index) =>
    addressText(range.family, range.first + BigInt(index)),
  );
}

export const sinkPortList: readonly number[] = Array.from(
  { length: sinkPorts.last - sinkPorts.first + 1 },
  (_, index) => sinkPorts.first + index,
);

/** Below the ephemeral range of Linux (32768 to 60999), so that no client port can be mistaken for one of ours. */
export const witnessPorts: readonly number[] = Array.from({ length: 12_000 }, (_, index) => 20_000 + index);
