import type { Topology, TopologyNode } from '../cluster.ts';

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
  const lanBits = bits(nodeLan.cidr);
  const wanBits = bits(outside.cidr);
  const namespaces: NamespacePlan[] = [
    ...topology.nodes.map((node) => planNode(topology, node)),
    planHost(controlPlane, `${nodeLan.controlPlane}/${lanBits}`, nodeLan.router, podRoutes(topology)),
    planHost(database, `${outside.database}/${wanBits}`, outside.router),
    planHost(witness, `${outside.witness}/${wanBits}`, outside.router),
    planRouter(topology),
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

export function planNode(topology: Topology, node: TopologyNode): NamespacePlan {
  const { nodeLan, podCIDR } = topology;
  return {
    namespace: node.name,
    sysctls: ['net.ipv4.ip_forward=1'],
    ip: [
      ...hostLines(`${node.address}/${bits(nodeLan.cidr)}`, nodeLan.router),
      // As a routing CNI does on one L2: every other node's pods by way of that node.
      ...topology.nodes
        .filter((one) => one !== node)
        .map((one) => `route add ${one.podCIDR} via ${one.address} dev eth0`),
      // An address of the pod subnet that nobody has must not leave by the default route.
      `route add unreachable ${node.podCIDR}`,
    ],
    // What kindnet does: pod traffic that leaves the cluster's pod subnet gets the node's address.
    nft: [
      'table ip cni {',
      '  chain postrouting {',
      '    type nat hook postrouting priority srcnat; policy accept;',
      `    ip saddr ${node.podCIDR} ip daddr != ${podCIDR} masquerade`,
      '  }',
      '}',
      '',
    ].join('\n'),
  };
}

function planHost(namespace: string, address: string, gateway: string, routes: readonly string[] = []): NamespacePlan {
  return { namespace, sysctls: [], ip: [...hostLines(address, gateway), ...routes], nft: '' };
}

/** The router has no route to any pod: a pod address that leaks is seen on its wire and never answered. */
function planRouter({ nodeLan, outside }: Topology): NamespacePlan {
  return {
    namespace: router,
    sysctls: ['net.ipv4.ip_forward=1'],
    ip: [
      'link set lo up',
      ...interfaceLines(routerInterfaces.lan, `${nodeLan.router}/${bits(nodeLan.cidr)}`),
      ...interfaceLines(routerInterfaces.wan, `${outside.router}/${bits(outside.cidr)}`),
    ],
    nft: '',
  };
}

/** The control plane reaches pods as a node does: the API server talks to their proxies and webhooks. */
function podRoutes(topology: Topology): string[] {
  return topology.nodes.map((node) => `route add ${node.podCIDR} via ${node.address} dev eth0`);
}

function hostLines(address: string, gateway: string): string[] {
  return ['link set lo up', ...interfaceLines('eth0', address), `route add default via ${gateway}`];
}

const interfaceLines = (name: string, address: string): string[] => [
  `addr add ${address} brd + dev ${name}`,
  `link set ${name} up`,
];

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
  return ['02', '42', ...address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))].join(':');
}

const bits = (cidr: string): string => cidr.split('/')[1] ?? '24';
