/** Addresses of one node's pods, handed out in turn so that one is reused as late as possible. IPv4 up to /30. */
export class PodAddresses {
  readonly #first: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #next = 0;
  readonly gateway: string;

  constructor(podCIDR: string) {
    const [base = '', bits = ''] = podCIDR.split('/');
    const network = toNumber(base);
    this.gateway = toAddress(network + 1);
    // Without the network's address, the gateway and the broadcast address.
    this.#first = network + 2;
    this.#size = 2 ** (32 - Number(bits)) - 3;
  }

  /** Throws when every address is taken. */
  take(): string {
    for (let tries = 0; tries < this.#size; tries++) {
      const offset = this.#next;
      this.#next = (this.#next + 1) % this.#size;
      if (this.#used.has(offset)) continue;
      this.#used.add(offset);
      return toAddress(this.#first + offset);
    }
    throw new Error(
      `all ${this.#size} pod addresses from ${toAddress(this.#first)} on are taken; delete pods of this node`,
    );
  }

  release(address: string): void {
    this.#used.delete(toNumber(address) - this.#first);
  }
}

const toNumber = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
