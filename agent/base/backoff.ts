/** Waits that double from `firstMs` to `maxMs`, each shortened at random by up to half so that many clients spread out. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #attempt = 0;

  constructor(firstMs: number, maxMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt, in [half, whole] of the doubled wait. */
  next(): number {
    const whole = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#attempt);
    if (whole < this.#maxMs) this.#attempt += 1;
    return whole * (1 - this.#random() / 2);
  }

  reset(): void {
    this.#attempt = 0;
  }
}
