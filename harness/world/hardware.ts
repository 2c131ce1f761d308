import { canonical } from '../check/address.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';

/** Which node has a hardware address, learnt from what nodes send with addresses of their own. */
export class Hardware {
  readonly #nodes: ReadonlyMap<string, string>;
  readonly #seen = new Map<string, Set<string>>();

  /** `nodes`: addresses and names. */
  constructor(nodes: Iterable<readonly [address: string, node: string]>) {
    this.#nodes = new Map([...nodes].map(([address, node]) => [canonical(address), node]));
  }

  learn({ src, from }: Pick<PacketEvent, 'src' | 'from'>): void {
    const node = this.#nodes.get(src) ?? this.#nodes.get(canonical(src));
    if (node === undefined || from === undefined) return;
    this.#seen.set(from, (this.#seen.get(from) ?? new Set()).add(node));
  }

  /** Undefined for one that nobody is known by, and for one that several nodes are: a router's. */
  nodeOf(mac: string): string | undefined {
    const names = this.#seen.get(mac);
    return names?.size === 1 ? [...names][0] : undefined;
  }
}
