import { ipBytes, ipText } from '../../agent/linux/ip-bytes.ts';
import type { Topology, TopologyNode } from '../cluster.ts';
import { perFamily } from '../families.ts';

/** What has to be done in one network namespace: `ip` lines, an nft ruleset, sysctls; in this order. */
export interface NamespacePlan {
  readonly namespace: string;
  readonly sysctls: readonly string[];
  readonly ip: readonly string[];
  readonly nft: string;
}

export interface TopologyPlan {
  /** `ip` lines for the sandbox's first namespace, which holds the switches. */
  readonly switches: readonly string[];
  readonly namespaces: readonly NamespacePlan[];
}

/** The sandbox's first namespace, which holds the switches `lan` and `wan`. */
export const switches = 'switches';
export const controlPlane = 'control-plane';
export const router = 'router';
export const database = 'database';
export const witness = 'witness';
export const routerInterfaces = { lan: 'lan0', wan: 'wan0' } as const;

/** The switch's end of a node's cable. */
export const cable = (namespace: string): string => `sw-${namespace}`.slice(0, 15);

export function planTopology(topology: Topology): TopologyPlan {
  const { nodeLan, outside } = topology;
  const families = perFamily(topology);
  const namespaces: NamespacePlan[] = [
    ...topology.nodes.map((node) => planNode(topology, node)),
    planHost(
      controlPlane,
      families.map(({ nodeLan: lan }) => [lan.controlPlane, lan.cidr, lan.router]),
      families.flatMap(podRoutes),
    ),
    planHost(
      database,
      families.map(({ outside: { database: address, cidr, router: gateway } }) => [address, cidr, gateway]),
    ),
    planHost(
      witness,
      families.map(({ outside: { witness: address, cidr, router: gateway } }) => [address, cidr, gateway]),
    ),
    planRouter(families),
  ];
  return {
    switches: [
      'link set lo up',
      ...['lan', 'wan'].flatMap((name) => [
        `link add ${name} type bridge forward_delay 0 mcast_snooping 0`,
        `link set ${name} up`,
      ]),
      ...topology.nodes.flatMap((node) => plug(node.name, 'eth0', 'lan', node.address)),
      ...plug(controlPlane, 'eth0', 'lan', nodeLan.controlPlane),
      ...plug(database, 'eth0', 'wan', outside.database),
      ...plug(witness, 'eth0', 'wan', outside.witness),
      `netns add ${router}`,
      ...wire(router, routerInterfaces.lan, 'lan', nodeLan.router, 'sw-router-lan'),
      ...wire(router, routerInterfaces.wan, 'wan', outside.router, 'sw-router-wan'),
    ],
    namespaces,
  };
}

/** A node that is switched on: its namespace and its cable. Also what boots it again after a power cut. */
export function plugNode(node: TopologyNode): string[] {
  return plug(node.name, 'eth0', 'lan', node.address);
}

/** Packets are passed on; whatever hangs on the node later has its link-local address at once, not after DAD. */
const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
const withoutDad = ['net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0'];

export function planNode(topology: Topology, node: TopologyNode): NamespacePlan {
  const families = perFamily(topology).map((family) => ({
    ...family,
    own: family.nodes.find(({ name }) => name === node.name) ?? node,
  }));
  return {
    namespace: node.name,
    sysctls: [...forwarding, ...withoutDad],
    ip: [
      ...hostLines(families.map(({ own, nodeLan }) => [own.address, nodeLan.cidr, nodeLan.router])),
      ...families.flatMap(({ nodes, own }) => [
        // As a routing CNI does on one L2: every other node's pods by way of that node.
        ...nodes
          .filter((one) => one.name !== node.name)
          .map((one) => `route add ${one.podCIDR} via ${one.address} dev eth0`),
        // An address of the pod subnet that nobody has must not leave by the default route.
        `route add unreachable ${own.podCIDR}`,
      ]),
    ],
    nft: families.map(({ own, podCIDR }) => masquerade(own.podCIDR, podCIDR)).join(''),
  };
}

/** What kindnet does: pod traffic that leaves the cluster's pod subnet gets the node's address. */
function masquerade(podsOfNode: string, podsOfCluster: string): string {
  const family = isV6(podsOfNode) ? 'ip6' : 'ip';
  return [
    `table ${family} cni {`,
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    ${family} saddr ${podsOfNode} ${family} daddr != ${podsOfCluster} masquerade`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Address, network and gateway of a host in one family. */
type Place = readonly [address: string, network: string, gateway: string];

function planHost(namespace: string, places: readonly Place[], routes: readonly string[] = []): NamespacePlan {
  return { namespace, sysctls: [], ip: [...hostLines(places), ...routes], nft: '' };
}

/** The router has no route to any pod: a pod address that leaks is seen on its wire and never answered. */
function planRouter(families: readonly Topology[]): NamespacePlan {
  return {
    namespace: router,
    sysctls: forwarding,
    ip: [
      'link set lo up',
      ...interfaceLines(
        routerInterfaces.lan,
        families.map(({ nodeLan }) => [nodeLan.router, nodeLan.cidr]),
      ),
      ...interfaceLines(
        routerInterfaces.wan,
        families.map(({ outside }) => [outside.router, outside.cidr]),
      ),
    ],
    nft: '',
  };
}

/** The control plane reaches pods as a node does: the API server talks to their proxies and webhooks. */
function podRoutes(topology: Topology): string[] {
  return topology.nodes.map((node) => `route add ${node.podCIDR} via ${node.address} dev eth0`);
}

function hostLines(places: readonly Place[]): string[] {
  return [
    'link set lo up',
    ...interfaceLines('eth0', places),
    ...places.map(([, , gateway]) => `route add default via ${gateway}`),
  ];
}

/**
 * Addresses are there at once: nobody else on these networks can have them. That goes for the link-local one as well,
 * without which a router cannot ask for its neighbours.
 */
function interfaceLines(
  name: string,
  places: readonly (readonly [address: string, network: string, ...unknown[]])[],
): string[] {
  const [primary = ''] = places.map(([address]) => address);
  return [
    ...places.map(([address, network]) =>
      isV6(address)
        ? `addr add ${address}/${bits(network)} dev ${name} nodad`
        : `addr add ${address}/${bits(network)} brd + dev ${name}`,
    ),
    `link set ${name} addrgenmode none`,
    `link set ${name} up`,
    `addr add ${linkLocalOf(macOf(primary))}/64 dev ${name} nodad`,
  ];
}

function plug(namespace: string, name: string, bridge: string, address: string): string[] {
  return [`netns add ${namespace}`, ...wire(namespace, name, bridge, address, cable(namespace))];
}

function wire(namespace: string, name: string, bridge: string, address: string, end: string): string[] {
  return [
    `link add ${end} type veth peer name ${name} address ${macOf(address)} netns ${namespace}`,
    `link set ${end} master ${bridge} up`,
  ];
}

/** A locally administered MAC that shows the address it belongs to. */
export function macOf(address: string): string {
  return ['02', '42', ...lastBytes(address).map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** Of an IPv6 address the last two bytes of its network and of itself. */
function lastBytes(address: string): readonly number[] {
  const bytes = ipBytes(address);
  return bytes.length === 4 ? [...bytes] : [...bytes.subarray(6, 8), ...bytes.subarray(14)];
}

/** The link-local address that belongs to a MAC (RFC 4291, appendix A). */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  return ipText(Buffer.from([0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f]));
}

const bits = (cidr: string): string => cidr.split('/')[1] ?? '24';
const isV6 = (address: string): boolean => address.includes(':');
