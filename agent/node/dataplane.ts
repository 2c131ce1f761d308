import { Announcer } from '../linux/announcer.ts';
import { forgetConnections } from '../linux/conntrack.ts';
import { ipBatch } from '../linux/ip.ts';
import { nftApply, nftJson } from '../linux/nft.ts';
import type { NftObject } from '../linux/nft.ts';
import { enableForwarding, setReversePathFilter } from '../linux/interface-settings.ts';
import { diffElements, noElements, parseElements, renderElements } from './elements.ts';
import type { Elements } from './elements.ts';
import { familyOf } from './family.ts';
import type { Family } from './family.ts';
import { tableFamily } from './family-table.ts';
import { leaseCommands } from './lease.ts';
import { device, overlayMark, table } from './names.ts';
import {
  bridgeBatch,
  createOverlay,
  diffPeers,
  ensureRouting,
  findUplink,
  fits,
  giveUpLine,
  interfaceFor,
  readHeld,
  readOverlay,
  removeOverlay,
  takeLine,
} from './overlay.ts';
import type { NetnsOptions, OverlayShape, Uplink } from './overlay.ts';
import type { NodePlan } from './plan.ts';
import { markerOf, removeTables, renderLayout, renderLeaving } from './ruleset.ts';
import { numberSubnets, subnetKey } from './subnets.ts';
import { addSubnets, readSubnets, removeSubnets } from './subnet-routes.ts';
import { settledState } from './second-look.ts';
import { transactions } from './transactions.ts';

export interface DataPlaneOptions extends NetnsOptions {
  readonly overlayPort: number;
  /** Milliseconds for which an owned address stays owned without a refresh. */
  readonly leaseMs: number;
  /** For tests: a layout with a defect, instead of the right one. */
  readonly rewriteLayout?: (layout: string) => string;
}

/** VXLAN (RFC 7348): outer Ethernet is not counted in the MTU, so 20 (IPv4) or 40 IP + 8 UDP + 8 VXLAN + 14 Ethernet. */
const overlayOverhead = (nodeAddress: string): number => (nodeAddress.includes(':') ? 70 : 50);

/** The kernel's state as far as the agent has made it. */
interface Applied {
  readonly uplinks: ReadonlyMap<Family, Uplink>;
  readonly uplinkAddresses: ReadonlyMap<Family, string>;
  readonly nodeAddress: string;
  readonly overlayMtu: number;
  readonly layout: string;
  readonly elements: Elements;
  /** Egress IPs that are configured, each with its interface. */
  readonly held: ReadonlyMap<string, string>;
  readonly peers: ReadonlyMap<string, string>;
  /** Subnets of Egress IPs by their number, as `readSubnets` has them. */
  readonly subnets: ReadonlyMap<number, string>;
}

/** What the kernel has of it. */
type Found = Pick<Applied, 'layout' | 'elements' | 'held' | 'peers' | 'subnets'>;

/**
 * Brings one node's kernel in line with a plan. Adopts what an earlier agent left, so that a restart disturbs nothing;
 * afterwards works with what it has applied, and with what `lookAgain` finds.
 */
export class DataPlane {
  readonly #options: DataPlaneOptions;
  #applied: Applied | null = null;
  /** While the kernel is looked at: what was applied when that began, and since. */
  #meanwhile: Applied[] | null = null;
  #announcer: Announcer | null = null;
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
      this.#meanwhile?.push(want);
    });
  }

  /**
   * Compares what has been applied with the kernel, for others may have changed it, and mends it. Reading takes many
   * times as long as a change, so changes go on meanwhile. False when the whole has to be applied anew, by `apply`.
   */
  async lookAgain(): Promise<boolean> {
    const before = this.#applied;
    if (before === null) return false;
    const all = [before];
    this.#meanwhile = all;
    const found = await this.#look(before);
    if (found?.layout !== before.layout) {
      await this.#inTurn(async () => void (this.#applied = null));
      return false;
    }
    await ensureRouting(before.uplinks.keys(), this.#options);
    await this.#inTurn(async () => {
      const after = this.#applied;
      this.#meanwhile = null;
      if (after?.layout !== before.layout) return;
      await this.#change({ ...after, ...settledState(all, found) }, after);
    });
    return true;
  }

  /** Sets again what others may set otherwise at any time, and what nobody tells of. */
  async keepSettings(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#applied) this.#settle(this.#applied);
    });
  }

  /** Keeps the owned addresses owned; has to be called several times within `leaseMs`. */
  refreshLease(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#applied) return;
      await nftApply(
        `${leaseCommands(this.#applied.uplinks.keys(), this.#options.leaseMs).join('\n')}\n`,
        this.#options,
      );
    });
  }

  /** Tells the neighbours that the held addresses are here. */
  announce(addresses: Iterable<string>): void {
    this.#announcer ??= new Announcer(this.#options);
    for (const [family, { name }] of this.#applied?.uplinks ?? [])
      this.#announcer.announce(
        name,
        [...addresses].filter((address) => familyOf(address) === family),
      );
  }

  /** A refresh between the removal of an address and the end of that change would bring the address back. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(task).catch((error: unknown) => {
      this.#applied = null;
      throw error;
    });
    this.#last = turn.catch(() => undefined);
    await turn;
  }

  async #desired(plan: NodePlan): Promise<Applied> {
    const { overlayPort, rewriteLayout } = this.#options;
    const { nodeAddress, unknownPods } = plan;
    const uplinks = await this.#uplinksOf(plan);
    const own = nodeAddress.includes(':') ? 6 : 4;
    const overlayMtu = (uplinks.get(own)?.mtu ?? 0) - overlayOverhead(nodeAddress);
    const names = new Map([...uplinks].map(([family, uplink]) => [family, uplink.name]));
    const subnet = uplinks.get(own)?.subnet ?? null;
    const onLink = subnet === null ? [] : [subnet];
    const shape = { uplinks: names, overlayFamily: own, overlayPort, onLink, overlayMtu, unknownPods } as const;
    const layout = renderLayout(shape, rewriteLayout);
    const held = [...plan.held].flatMap((address): [string, string][] => {
      const uplink = names.get(address.includes(':') ? 6 : 4);
      return uplink === undefined ? [] : [[address, interfaceFor(address, uplink)]];
    });
    const subnetOf = new Map(
      [...plan.subnets].flatMap(([ip, subnet]): [string, string][] => {
        const uplink = names.get(subnet.family);
        return uplink === undefined ? [] : [[ip, `${subnetKey(subnet)} dev ${uplink}`]];
      }),
    );
    const subnets = numberSubnets(this.#applied?.subnets ?? (await readSubnets(this.#options)), subnetOf.values());
    const numbers = new Map([...subnets].map(([number, text]) => [text, number]));
    const numberOf = new Map([...subnetOf].map(([ip, text]) => [ip, numbers.get(text) ?? 0]));
    return {
      uplinks,
      uplinkAddresses: plan.uplinks,
      nodeAddress,
      overlayMtu,
      layout,
      elements: renderElements(plan, numberOf),
      held: new Map(held),
      peers: new Map([...plan.peers].map(([address, mac]) => [mac, address])),
      subnets,
    };
  }

  async #uplinksOf({ uplinks }: NodePlan): Promise<ReadonlyMap<Family, Uplink>> {
    const known = this.#applied;
    const isKnown = [...uplinks].every(([family, address]) => known?.uplinkAddresses.get(family) === address);
    if (known && isKnown && known.uplinks.size === uplinks.size) return known.uplinks;
    const found = [...uplinks].map(async ([family, address]): Promise<[Family, Uplink]> => [
      family,
      await findUplink(address, this.#options),
    ]);
    return new Map(await Promise.all(found));
  }

  /** What is there already of what is wanted; the overlay device is there afterwards. */
  async #adopt(want: Applied): Promise<Applied> {
    const found = await this.#look(want);
    if (found !== null) return { ...want, ...found };
    await createOverlay(shapeOf(want, this.#options.overlayPort), this.#options);
    this.#settle(want);
    return {
      ...{ ...want, layout: '', elements: noElements, peers: new Map() },
      held: await readHeld(this.#options),
      subnets: await readSubnets(this.#options),
    };
  }

  /** Null without a fitting overlay device. Tables of another layout count as absent: they are replaced as a whole. */
  async #look(want: Applied): Promise<Found | null> {
    const overlay = await readOverlay(this.#options);
    // The netdev chain is bound to the device: only with the old device may the old tables stay.
    if (!overlay || !fits(overlay, shapeOf(want, this.#options.overlayPort))) return null;
    this.#settle(want);
    const objects = await this.#readTables(want.uplinks.keys());
    const isLaidOut = objects?.some((object) => object['chain']?.['name'] === markerOf(want.layout)) ?? false;
    return {
      layout: isLaidOut ? want.layout : '',
      elements: objects && isLaidOut ? parseElements(objects) : noElements,
      held: await readHeld(this.#options),
      peers: overlay.peers,
      subnets: await readSubnets(this.#options),
    };
  }

  #settle({ uplinks }: Applied): void {
    // Pods of other nodes arrive here although the way back to them is the uplink.
    setReversePathFilter(device, 'loose', this.#options);
    // A node on which no pod has run yet may not forward: CNIs switch it on with the first.
    for (const iface of new Set([device, ...[...uplinks.values()].map(({ name }) => name)]))
      enableForwarding(iface, this.#options);
  }

  /** Null where a table is missing that the node has to have. */
  async #readTables(uplinks: Iterable<Family>): Promise<NftObject[] | null> {
    const families = [...[...uplinks].map(tableFamily), 'netdev', 'arp', 'inet'];
    const present = (await nftJson(['list', 'tables'], this.#options)).map((object) => object['table']);
    if (!families.every((family) => present.some((entry) => entry?.['family'] === family && entry['name'] === table)))
      return null;
    const objects: NftObject[] = [];
    // One after the other, for changes need the processors more than a look does.
    for (const family of families) objects.push(...(await nftJson(['list', 'table', family, table], this.#options)));
    return objects;
  }

  /** Gives up addresses first and takes new ones last, when everything behind them is in place. */
  async #change(have: Applied, want: Applied): Promise<void> {
    const sameLayout = have.layout === want.layout;
    const elements = diffElements(sameLayout ? have.elements : noElements, want.elements);
    const lease = leaseCommands(want.uplinks.keys(), this.#options.leaseMs);
    const nft = [...(sameLayout ? [] : [want.layout, ...lease]), ...elements];
    const gone = [...have.held].filter(([address, iface]) => want.held.get(address) !== iface);
    const taken = [...want.held].filter(([address, iface]) => have.held.get(address) !== iface);
    await ipBatch(
      gone.map(([address, iface]) => giveUpLine(address, iface)),
      this.#options,
    );
    await bridgeBatch(diffPeers(have.peers, want.peers), this.#options);
    await addSubnets(have.subnets, want.subnets, this.#options);
    for (const transaction of transactions(nft)) await nftApply(transaction, this.#options);
    await removeSubnets(
      [...have.subnets.keys()].filter((number) => !want.subnets.has(number)),
      this.#options,
    );
    // Not before the tables are there: what came out of the overlay would be forwarded with the pods' own addresses.
    if (this.#applied === null) await ensureRouting(want.uplinks.keys(), this.#options);
    await ipBatch(
      taken.map(([address, iface]) => takeLine(address, iface)),
      this.#options,
    );
  }
}

function shapeOf({ nodeAddress, overlayMtu }: Applied, port: number): OverlayShape {
  return { nodeAddress, port, mtu: overlayMtu };
}

/** Takes everything away that a DataPlane has made, by whatever agent. */
export async function removeDataPlane(options: NetnsOptions = {}): Promise<void> {
  // The device before the tables that guard it.
  await removeOverlay(options);
  await removeSubnets([...(await readSubnets(options)).keys()], options);
  await nftApply(renderLeaving(), options);
  forgetConnections(Number(overlayMark), Number(overlayMark), options);
  await nftApply(removeTables, options);
}
