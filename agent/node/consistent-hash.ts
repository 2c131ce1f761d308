import { crc32 } from 'node:zlib';

const replicas = 50;

/**
 * A consistent hash ring that places keys exactly as Antrea does (pkg/agent/consistenthash): CRC-32 (IEEE) of
 * `<replica number><node name>` for 50 replicas of each node, clockwise from the CRC-32 of the key.
 */
export class HashRing {
  readonly #points: readonly (readonly [hash: number, node: string])[];

  constructor(nodes: Iterable<string>) {
    const points = new Map<number, string>();
    // Where two replicas have the same hash, the last node in sorted order has the point, on every agent.
    for (const node of [...nodes].sort()) {
      for (let replica = 0; replica < replicas; replica += 1) points.set(crc32(`${replica}${node}`), node);
    }
    this.#points = [...points].sort(([a], [b]) => a - b);
  }

  /** The ring of these nodes, made once for as long as it is used. */
  static of(nodes: Iterable<string>): HashRing {
    const key = [...nodes].sort().join('/');
    let ring = recent.get(key) ?? null;
    if (ring === null) {
      ring = new HashRing(key === '' ? [] : key.split('/'));
      if (recent.size >= maxRecent) recent.clear();
      recent.set(key, ring);
    }
    return ring;
  }

  /** The first node clockwise from the key that passes; null when none does. */
  find(key: string, passes: (node: string) => boolean = () => true): string | null {
    const start = this.#firstAtOrAfter(crc32(key));
    const refused = new Set<string>();
    for (let step = 0; step < this.#points.length; step += 1) {
      const [, node] = this.#points[(start + step) % this.#points.length] ?? [0, ''];
      if (refused.has(node)) continue;
      if (passes(node)) return node;
      refused.add(node);
    }
    return null;
  }

  #firstAtOrAfter(hash: number): number {
    let [low, high] = [0, this.#points.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#points[middle]?.[0] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const maxRecent = 64;
const recent = new Map<string, HashRing>();
