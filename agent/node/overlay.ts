import { run } from '../linux/exec.ts';
import { ipBatch, ipJson } from '../linux/ip.ts';
import { overlayMac } from './overlay-mac.ts';
import { device, overlayMark, routeTable, rulePreference, vni } from './ruleset.ts';

/** Stands for "the egress node": the frame's real destination is put in by the netdev table. */
const fakeGateway = '169.254.76.89';
const fakeGatewayMac = '02:e6:00:00:00:00';
/** Stays on the device, for with the last address of a device the kernel also takes away its routes. */
const deviceAddress = '169.254.76.88';

export interface Uplink {
  readonly name: string;
  readonly mtu: number;
}

interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly address?: string;
  readonly addr_info?: readonly { readonly family: string; readonly local: string }[];
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { id?: number; port?: number; local?: string };
  };
}

export interface NetnsOptions {
  readonly netns?: string;
}

/** The interface that carries the address; throws when none does. */
export async function findUplink(address: string, options: NetnsOptions): Promise<Uplink> {
  const links = await ipJson<Link>(['-4', 'addr', 'show'], options);
  const link = links.find(
    (entry) => entry.ifname !== device && entry.addr_info?.some((info) => info.local === address),
  );
  if (!link)
    throw new Error(
      `no interface of this node carries its InternalIP ${address}; have: ${links.map(describe).join(', ')}`,
    );
  return { name: link.ifname, mtu: link.mtu };
}

function describe(link: Link): string {
  return `${link.ifname} ${(link.addr_info ?? []).map((info) => info.local).join(' ')}`.trim();
}

/** IPv4 addresses that others than the agent have configured. */
export async function configuredAddresses(options: NetnsOptions = {}): Promise<Set<string>> {
  const links = await ipJson<Link>(['-4', 'addr', 'show'], options);
  return new Set(
    links.filter((link) => link.ifname !== device).flatMap((link) => (link.addr_info ?? []).map((info) => info.local)),
  );
}

/** What the overlay device has now; null when it is not there. */
export interface OverlayState {
  readonly mac: string;
  readonly mtu: number;
  readonly local: string;
  readonly port: number;
  readonly addresses: ReadonlySet<string>;
  /** MAC address of each peer to the node address it is sent to. */
  readonly peers: ReadonlyMap<string, string>;
}

export async function readOverlay(options: NetnsOptions): Promise<OverlayState | null> {
  const links = await ipJson<Link>(['-d', 'addr', 'show'], options);
  const link = links.find((entry) => entry.ifname === device);
  if (!link) return null;
  const { stdout } = await run(['bridge', '-j', 'fdb', 'show', 'dev', device], options);
  const entries = JSON.parse(stdout === '' ? '[]' : stdout) as { mac: string; dst?: string }[];
  return {
    mac: link.address ?? '',
    mtu: link.mtu,
    local: link.linkinfo?.info_data?.local ?? '',
    port: link.linkinfo?.info_data?.port ?? 0,
    addresses: new Set(
      (link.addr_info ?? [])
        .filter((info) => info.family === 'inet' && info.local !== deviceAddress)
        .map((info) => info.local),
    ),
    peers: new Map(entries.flatMap((entry) => (entry.dst === undefined ? [] : [[entry.mac, entry.dst] as const]))),
  };
}

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
    state.mac === overlayMac(shape.nodeAddress)
  );
}

/** Makes the device, which stays down until the tables that guard it are in place. */
export async function createOverlay(shape: OverlayShape, options: NetnsOptions): Promise<void> {
  await removeOverlay(options);
  await ipBatch(
    [
      `link add ${device} address ${overlayMac(shape.nodeAddress)} type vxlan id ${vni} dstport ${shape.port} local ${shape.nodeAddress} nolearning`,
      `link set ${device} addrgenmode none`,
      `addr add ${deviceAddress}/32 dev ${device} scope link`,
      `link set ${device} mtu ${shape.mtu}`,
    ],
    options,
  );
}

/** Sets the device to work: route and rule, which others may have flushed while it stayed. */
export async function ensureRouting(options: NetnsOptions): Promise<void> {
  const rules = await ipJson<{ priority: number; table: string }>(['-4', 'rule', 'show'], options);
  const hasRule = rules.some((rule) => rule.priority === rulePreference && rule.table === String(routeTable));
  await ipBatch(
    [
      `link set ${device} up`,
      `neigh replace ${fakeGateway} lladdr ${fakeGatewayMac} dev ${device} nud permanent`,
      `route replace default via ${fakeGateway} dev ${device} onlink table ${routeTable}`,
      ...(hasRule ? [] : [`rule add pref ${rulePreference} fwmark ${overlayMark}/${overlayMark} lookup ${routeTable}`]),
    ],
    options,
  );
}

export async function removeOverlay(options: NetnsOptions): Promise<void> {
  await ipBatch([`rule del pref ${rulePreference} lookup ${routeTable}`, `link del ${device}`], {
    ...options,
    force: true,
  });
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
