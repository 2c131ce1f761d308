import { forgetConnections } from '../linux/conntrack.ts';
import { ipBatch } from '../linux/ip.ts';
import { nftApply, nftJson } from '../linux/nft.ts';
import type { NftObject } from '../linux/nft.ts';
import { gratuitousArp } from '../linux/packet.ts';
import { setReversePathFilter } from '../linux/rp-filter.ts';
import { diffElements, noElements, parseElements, refreshLeases, renderElements } from './elements.ts';
import type { Elements } from './elements.ts';
import {
  bridgeBatch,
  createOverlay,
  diffPeers,
  ensureRouting,
  findUplink,
  fits,
  readOverlay,
  removeOverlay,
} from './overlay.ts';
import type { NetnsOptions, OverlayState, Uplink } from './overlay.ts';
import type { NodePlan } from './plan.ts';
import { device, markerOf, overlayMark, removeTables, renderLayout, renderLeaving, table } from './ruleset.ts';

export interface DataPlaneOptions extends NetnsOptions {
  readonly overlayPort: number;
  /** Milliseconds for which an owned address stays owned without a refresh. */
  readonly leaseMs: number;
  /** For tests: a layout with a defect, instead of the right one. */
  readonly rewriteLayout?: (layout: string) => string;
}

/** VXLAN (RFC 7348) over IPv4: outer Ethernet is not counted in the MTU, so 20 IP + 8 UDP + 8 VXLAN + 14 Ethernet. */
const overlayOverhead = 50;

/** The kernel's state as far as the agent has made it. */
interface Applied {
  readonly uplink: Uplink;
  readonly nodeAddress: string;
  readonly layout: string;
  readonly elements: Elements;
  readonly held: ReadonlySet<string>;
  readonly peers: ReadonlyMap<string, string>;
}

/**
 * Brings one node's kernel in line with a plan. Adopts what an earlier agent left, so that a restart disturbs nothing;
 * afterwards works with what it has applied, until `forget` makes it look again.
 */
export class DataPlane {
  readonly #options: DataPlaneOptions;
  #applied: Applied | null = null;
  #planned: NodePlan | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  apply(plan: NodePlan): Promise<void> {
    return this.#inTurn(async () => {
      const want = await this.#desired(plan);
      const have = this.#applied ?? (await this.#adopt(want));
      await this.#change(have, want);
      this.#applied = want;
      this.#planned = plan;
    });
  }

  /** Compares with the kernel at the next `apply`, for others may have changed it. */
  forget(): void {
    this.#applied = null;
  }

  /** Keeps the owned addresses owned; has to be called several times within `leaseMs`. */
  refreshLease(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#applied || !this.#planned) return;
      const lines = refreshLeases(this.#planned.owned, this.#options.leaseMs);
      if (lines.length > 0) await nftApply(`${lines.join('\n')}\n`, this.#options);
    });
  }

  /** Tells the neighbours that the held addresses are here. */
  announce(addresses: Iterable<string>): void {
    if (!this.#applied) return;
    for (const address of addresses) gratuitousArp(this.#applied.uplink.name, address, this.#options);
  }

  /** A refresh between the removal of an address and the end of that change would bring the address back. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task).catch((error: unknown) => {
      this.forget();
      throw error;
    });
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  async #desired(plan: NodePlan): Promise<Applied> {
    const sameAddress = this.#applied?.nodeAddress === plan.nodeAddress ? this.#applied : null;
    const uplink = sameAddress?.uplink ?? (await findUplink(plan.nodeAddress, this.#options));
    const { overlayPort, rewriteLayout } = this.#options;
    const { nodeAddress, unknownPods, held } = plan;
    const shape = { uplink: uplink.name, overlayPort, overlayMtu: uplink.mtu - overlayOverhead, unknownPods };
    const layout = renderLayout(shape, rewriteLayout);
    const peers = new Map([...plan.peers].map(([address, mac]) => [mac, address]));
    return { uplink, nodeAddress, layout, elements: renderElements(plan), held, peers };
  }

  /** What is there already of what is wanted. Tables of another layout count as absent: they are replaced as a whole. */
  async #adopt(want: Applied): Promise<Applied> {
    const shape = {
      nodeAddress: want.nodeAddress,
      port: this.#options.overlayPort,
      mtu: want.uplink.mtu - overlayOverhead,
    };
    let overlay = await readOverlay(this.#options);
    let layout = '';
    let elements = noElements;
    if (!overlay || !fits(overlay, shape)) {
      await createOverlay(shape, this.#options);
      overlay = { ...(overlay ?? emptyOverlay), addresses: new Set(), peers: new Map() };
    } else {
      const objects = await this.#readTables();
      // The netdev chain is bound to the device: only with the old device may the old tables stay.
      if (objects && objects.some((object) => object['chain']?.['name'] === markerOf(want.layout))) {
        layout = want.layout;
        elements = parseElements(objects);
      }
    }
    // Pods of other nodes arrive here although the way back to them is the uplink.
    setReversePathFilter(device, 'loose', this.#options);
    return { ...want, layout, elements, held: overlay.addresses, peers: overlay.peers };
  }

  async #readTables(): Promise<NftObject[] | null> {
    const families = ['ip', 'netdev', 'arp'];
    const present = (await nftJson(['list', 'tables'], this.#options)).map((object) => object['table']);
    if (!families.every((family) => present.some((entry) => entry?.['family'] === family && entry['name'] === table)))
      return null;
    const lists = await Promise.all(families.map((family) => nftJson(['list', 'table', family, table], this.#options)));
    return lists.flat();
  }

  /** Gives up addresses first and takes new ones last, when everything behind them is in place. */
  async #change(have: Applied, want: Applied): Promise<void> {
    const sameLayout = have.layout === want.layout;
    const elements = diffElements(sameLayout ? have.elements : noElements, want.elements, this.#options.leaseMs);
    const nft = [...(sameLayout ? [] : [want.layout]), ...elements];
    const gone = [...have.held].filter((address) => !want.held.has(address));
    const taken = [...want.held].filter((address) => !have.held.has(address));
    await ipBatch(
      gone.map((address) => `addr del ${address}/32 dev ${device}`),
      this.#options,
    );
    await bridgeBatch(diffPeers(have.peers, want.peers), this.#options);
    if (nft.length > 0) await nftApply(`${nft.join('\n')}\n`, this.#options);
    // Not before the tables are there: what came out of the overlay would be forwarded with the pods' own addresses.
    if (this.#applied === null) await ensureRouting(this.#options);
    await ipBatch(
      taken.map((address) => `addr add ${address}/32 dev ${device}`),
      this.#options,
    );
  }
}

const emptyOverlay: OverlayState = { mac: '', mtu: 0, local: '', port: 0, addresses: new Set(), peers: new Map() };

/** Takes everything away that a DataPlane has made, by whatever agent. */
export async function removeDataPlane(options: NetnsOptions = {}): Promise<void> {
  // The device before the tables that guard it.
  await removeOverlay(options);
  await nftApply(renderLeaving(), options);
  forgetConnections(Number(overlayMark), Number(overlayMark), options);
  await nftApply(removeTables, options);
}
