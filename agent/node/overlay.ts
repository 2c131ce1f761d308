import { run } from '../linux/exec.ts';
import { ipBatch, ipJson } from '../linux/ip.ts';
import type { Family } from './family.ts';
import { addressMetric, device, overlayMark, routeTable, rulePreference } from './names.ts';
import { overlayMac, vni } from '../api/overlay.ts';

/** Stands for "the egress node": the frame's real destination is put in by the netdev table. */
const fakeGateways: Readonly<Record<Family, string>> = { 4: '169.254.76.89', 6: 'fe80::e6:4c59' };
const fakeGatewayMac = '02:e6:00:00:00:00';
/** The most that a packet can have, so that nobody behind a router can send one that looks as near: RFC 5082. */
const overlayTtl = 255;
/** Stays on the device, for with the last address of a device the kernel also takes away its routes. */
const deviceAddress = '169.254.76.88';

export interface Uplink {
  readonly name: string;
  readonly mtu: number;
  /** The subnet of the node's address on it; null where the address is alone. */
  readonly subnet: string | null;
}

interface AddressInfo {
  readonly family: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly metric?: number;
}

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly address?: string;
  readonly addr_info?: readonly AddressInfo[];
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { id?: number; port?: number; local?: string; local6?: string; ttl?: number };
  };
}

export interface NetnsOptions {
  readonly netns?: string;
}

/** The interface that carries the address; throws when none does. */
export async function findUplink(address: string, options: NetnsOptions): Promise<Uplink> {
  const links = await ipJson<Link>(['addr', 'show'], options);
  const ofAddress = ({ addr_info = [] }: Link): AddressInfo | undefined =>
    addr_info.find((info) => info.local === address);
  const link = links.find((entry) => entry.ifname !== device && ofAddress(entry) !== undefined);
  const info = link && ofAddress(link);
  if (!link || !info)
    throw new Error(
      `no interface of this node carries its InternalIP ${address}; have: ${links.map(describe).join(', ')}`,
    );
  return { name: link.ifname, mtu: link.mtu, subnet: subnetOf(info) };
}

function subnetOf({ family, local, prefixlen }: AddressInfo): string | null {
  return prefixlen === (family === 'inet' ? 32 : 128) ? null : `${local}/${prefixlen}`;
}

function describe(link: Link): string {
  return `${link.ifname} ${(link.addr_info ?? []).map((info) => info.local).join(' ')}`.trim();
}

/** Addresses that others than the agent have configured. */
export async function configuredAddresses(options: NetnsOptions = {}): Promise<Set<string>> {
  const links = await ipJson<Link>(['addr', 'show'], options);
  return new Set(
    links
      .filter((link) => link.ifname !== device)
      .flatMap((link) => (link.addr_info ?? []).filter((info) => info.metric !== addressMetric))
      .map((info) => info.local),
  );
}

/** What the overlay device has now; null when it is not there. */
export interface OverlayState {
  readonly mac: string;
  readonly mtu: number;
  readonly local: string;
  readonly port: number;
  readonly ttl: number;
  /** MAC address of each peer to the node address it is sent to. */
  readonly peers: ReadonlyMap<string, string>;
}

export async function readOverlay(options: NetnsOptions): Promise<OverlayState | null> {
  const links = await ipJson<Link>(['-d', 'link', 'show'], options);
  const link = links.find((entry) => entry.ifname === device);
  if (!link) return null;
  const { stdout } = await run(['bridge', '-j', 'fdb', 'show', 'dev', device], options);
  const entries = JSON.parse(stdout === '' ? '[]' : stdout) as { mac: string; dst?: string }[];
  return {
    mac: link.address ?? '',
    mtu: link.mtu,
    local: link.linkinfo?.info_data?.local ?? link.linkinfo?.info_data?.local6 ?? '',
    port: link.linkinfo?.info_data?.port ?? 0,
    ttl: link.linkinfo?.info_data?.ttl ?? 0,
    peers: new Map(entries.flatMap((entry) => (entry.dst === undefined ? [] : [[entry.mac, entry.dst] as const]))),
  };
}

/** The Egress IPs that the agent has configured, each with the interface it is on. */
export async function readHeld(options: NetnsOptions): Promise<Map<string, string>> {
  const links = await ipJson<Link>(['addr', 'show'], options);
  return new Map(
    links.flatMap(({ ifname, addr_info = [] }) =>
      addr_info.filter((info) => isHeld(ifname, info)).map(({ local }) => [local, ifname] as const),
    ),
  );
}

function isHeld(ifname: string, info: { family: string; local: string; metric?: number }): boolean {
  if (info.family === 'inet') return ifname === device && info.local !== deviceAddress;
  return info.metric === addressMetric;
}

/**
 * The interface for an Egress IP. The kernel answers ARP for the addresses of all its interfaces, but neighbour
 * solicitations only for those of the interface itself (ndisc_recv_ns).
 */
export function interfaceFor(address: string, uplink: string): string {
  return address.includes(':') ? uplink : device;
}

export const giveUpLine = (address: string, iface: string): string =>
  `addr del ${address}/${address.includes(':') ? 128 : 32} dev ${iface}`;

/**
 * IPv6: at once, for another node may still be giving it up (nodad), and never for what the node sends of its own
 * (preferred_lft 0, RFC 6724 rule 3). The metric, of a route that is not made, tells a later agent whose address it is.
 */
export const takeLine = (address: string, iface: string): string =>
  address.includes(':')
    ? `addr add ${address}/128 dev ${iface} nodad noprefixroute preferred_lft 0 metric ${addressMetric}`
    : `addr add ${address}/32 dev ${iface}`;

export interface OverlayShape {
  readonly nodeAddress: string;
  readonly port: number;
  readonly mtu: number;
}

/** Whether the device can stay; VXLAN's end points cannot be changed once it is there. */
export function fits(state: OverlayState, shape: OverlayShape): boolean {
  return (
    state.local === shape.nodeAddress &&
    state.port === shape.port &&
    state.mtu === shape.mtu &&
    state.ttl === overlayTtl &&
    state.mac === overlayMac(shape.nodeAddress)
  );
}

/** Makes the device, which stays down until the tables that guard it are in place. */
export async function createOverlay(shape: OverlayShape, options: NetnsOptions): Promise<void> {
  await removeOverlay(options);
  await ipBatch(
    [
      `link add ${device} address ${overlayMac(shape.nodeAddress)} type vxlan id ${vni} dstport ${shape.port} local ${shape.nodeAddress} ttl ${overlayTtl} nolearning`,
      `link set ${device} addrgenmode none`,
      `addr add ${deviceAddress}/32 dev ${device} scope link`,
      `link set ${device} mtu ${shape.mtu}`,
    ],
    options,
  );
}

/** Sets the device to work: route and rule, which others may have flushed while it stayed. */
export async function ensureRouting(families: Iterable<Family>, options: NetnsOptions): Promise<void> {
  await ipBatch([`link set ${device} up`], options);
  for (const family of families) {
    const gateway = fakeGateways[family];
    const rules = await ipJson<{ priority: number; table: string }>([`-${family}`, 'rule', 'show'], options);
    const hasRule = rules.some((rule) => rule.priority === rulePreference && rule.table === String(routeTable));
    await ipBatch(
      [
        `neigh replace ${gateway} lladdr ${fakeGatewayMac} dev ${device} nud permanent`,
        `route replace default via ${gateway} dev ${device} onlink table ${routeTable}`,
        ...(hasRule
          ? []
          : [`rule add pref ${rulePreference} fwmark ${overlayMark}/${overlayMark} lookup ${routeTable}`]),
      ],
      { ...options, family },
    );
  }
}

export async function removeOverlay(options: NetnsOptions): Promise<void> {
  const rule = `rule del pref ${rulePreference} lookup ${routeTable}`;
  const held = [...(await readHeld(options))].map(([address, iface]) => giveUpLine(address, iface));
  await ipBatch([...held, rule, `link del ${device}`], { ...options, force: true });
  await ipBatch([rule], { ...options, family: 6, force: true });
}

/** Lines for `bridge -batch` that lead from one set of forwarding entries (MAC address to node address) to the other. */
export function diffPeers(have: ReadonlyMap<string, string>, want: ReadonlyMap<string, string>): string[] {
  return [
    ...[...have]
      .filter(([mac, dst]) => want.get(mac) !== dst)
      .map(([mac, dst]) => `fdb del ${mac} dev ${device} dst ${dst}`),
    ...[...want]
      .filter(([mac, dst]) => have.get(mac) !== dst)
      .map(([mac, dst]) => `fdb append ${mac} dev ${device} dst ${dst}`),
  ];
}

export async function bridgeBatch(lines: readonly string[], options: NetnsOptions): Promise<void> {
  if (lines.length > 0) await run(['bridge', '-batch', '-'], { ...options, input: `${lines.join('\n')}\n` });
}
