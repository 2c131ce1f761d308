import { addressNumber, addressText, cidrRange, rangeSize } from '../../../agent/base/ip-range.ts';

/** Of a /64 nobody needs more. */
const MOST = 65_536n;

/** Addresses of one node's pods, handed out in turn so that one is reused as late as possible. Up to /30 or /126. */
export class PodAddresses {
  readonly #family: 4 | 6;
  readonly #first: bigint;
  readonly #size: number;
  readonly #used = new Set<number>();
  #next = 0;
  readonly gateway: string;

  constructor(podCIDR: string) {
    const range = cidrRange(podCIDR);
    if (range === null) throw new Error(`the pod CIDR ${podCIDR} is no CIDR`);
    this.#family = range.family;
    this.gateway = addressText(range.family, range.first + 1n);
    // Without the network's address, the gateway and the broadcast address.
    this.#first = range.first + 2n;
    const size = rangeSize(range);
    this.#size = Number(size < MOST ? size : MOST) - 3;
  }

  /** Throws when every address is taken. */
  take(): string {
    for (let tries = 0; tries < this.#size; tries++) {
      const offset = this.#next;
      this.#next = (this.#next + 1) % this.#size;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return addressText(this.#family, this.#first + BigInt(offset));
    }
    const first = addressText(this.#family, this.#first);
    throw new Error(`all ${this.#size} pod addresses from ${first} on are taken; delete pods of this node`);
  }

  /** The next one to be given. */
  beginWith(address: string): void {
    if (!this.isFree(address)) throw new Error(`${address} is no free pod address of this node`);
    this.#next = this.#offset(address);
  }

  isFree(address: string): boolean {
    const offset = this.#offset(address);
    return offset >= 0 && offset < this.#size && !this.#used.has(offset);
  }

  release(address: string): void {
    this.#used.delete(this.#offset(address));
  }

  #offset(address: string): number {
    return Number((addressNumber(address)?.value ?? 0n) - this.#first);
  }
}
