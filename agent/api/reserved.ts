import { canonicalAddress, cidrRange, rangeContains } from '../base/ip-range.ts';
import type { AddressRange } from '../base/ip-range.ts';
import type { KubeObject } from '../kube/object.ts';

/** What a Node has that no Egress may have. */
export interface ReservingNode extends KubeObject {
  readonly spec?: { readonly podCIDR?: string; readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly address: string }[] };
}

interface Network {
  readonly range: AddressRange;
  readonly whose: string;
}

/**
 * Addresses that are somebody else's: those of Nodes, pods and Services. As an Egress IP each would be fenced, and
 * answered for by an egress node, and so cut off. Controller and agents ask the same, for either may see a policy first.
 */
export class Reserved {
  readonly #nodes: ReadonlyMap<string, string>;
  readonly #networks: readonly Network[];

  constructor(nodes: Iterable<ReservingNode>, serviceCIDRs: readonly string[]) {
    const all = [...nodes];
    this.#nodes = new Map(
      all.flatMap(({ metadata, status }) =>
        (status?.addresses ?? []).flatMap(({ address }): [string, string][] => {
          const canonical = canonicalAddress(address);
          return canonical === null ? [] : [[canonical, metadata.name ?? '']];
        }),
      ),
    );
    this.#networks = [
      ...serviceCIDRs.map((cidr) => ({ cidr, whose: 'the network of Services' })),
      ...all.flatMap(({ metadata, spec = {} }) =>
        (spec.podCIDRs ?? [spec.podCIDR ?? '']).map((cidr) => ({ cidr, whose: `the pods of Node ${metadata.name}` })),
      ),
    ].flatMap(({ cidr, whose }) => {
      const range = cidrRange(cidr);
      return range === null ? [] : [{ range, whose: `${cidr}, ${whose}` }];
    });
  }

  /** `it is the address of Node node-1`; null where the address is nobody's. */
  useOf(ip: string): string | null {
    const node = this.#nodes.get(ip);
    if (node !== undefined) return `it is the address of Node ${node}`;
    const network = this.#networks.find(({ range }) => rangeContains(range, ip));
    return network === undefined ? null : `it is in ${network.whose}`;
  }

  /** The single addresses. */
  get addresses(): Iterable<string> {
    return this.#nodes.keys();
  }

  get ranges(): readonly AddressRange[] {
    return this.#networks.map(({ range }) => range);
  }

  /** Whether another Node would change anything. */
  isSameAs(other: Reserved): boolean {
    const text = (of: Reserved): string =>
      JSON.stringify(
        [...[...of.#nodes].map((entry) => entry.join()), ...of.#networks.map(({ whose }) => whose)].sort(),
      );
    return text(this) === text(other);
  }
}
