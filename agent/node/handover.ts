import type { Egress } from '../api/egress.ts';
import { assignmentsOf } from './assignments.ts';

/**
 * Keeps two nodes from owning one address in a planned move: the new owner waits until the old one has taken its name
 * out of the status, or is not alive, or must have lost its lease.
 */
export class Handover {
  readonly #waitMs: number;
  readonly #since = new Map<string, number>();
  #asked = new Set<string>();

  constructor(waitMs: number) {
    this.#waitMs = waitMs;
  }

  /** Begins a new look at all Egresses; waits that are no longer asked for are forgotten. */
  begin(): void {
    for (const ip of this.#since.keys()) if (!this.#asked.has(ip)) this.#since.delete(ip);
    this.#asked = new Set();
  }

  /** Whether `self` may take an address of the Egress at `now` (milliseconds, monotonic). */
  mayTake(egress: Egress, ip: string, self: string, alive: ReadonlySet<string>, now: number): boolean {
    const holder = assignmentsOf(egress).get(ip);
    if (holder === undefined || holder === self || !alive.has(holder)) return true;
    this.#asked.add(ip);
    const since = this.#since.get(ip) ?? now;
    this.#since.set(ip, since);
    return now - since >= this.#waitMs;
  }

  /** Milliseconds until the first wait is over; null when nothing is waited for. */
  remaining(now: number): number | null {
    const ends = [...this.#asked]
      .map((ip) => (this.#since.get(ip) ?? now) + this.#waitMs - now)
      .filter((wait) => wait > 0);
    return ends.length === 0 ? null : Math.min(...ends);
  }
}
