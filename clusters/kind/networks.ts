import { cidrRange } from '../../agent/base/ip-range.ts';
import { run } from '../../agent/linux/exec.ts';
import type { Topology } from '../cluster.ts';
import { clusterLabel, docker } from './docker.ts';
import { kindName, outsideNetwork } from './naming.ts';

/** The two networks of a cluster. */
export interface Networks {
  readonly lan: NetworkPlan;
  readonly outside: NetworkPlan;
}

export interface NetworkPlan extends Subnet {
  /** Of a dual-stack network. */
  readonly ipv6: Subnet;
}

interface Subnet {
  readonly cidr: string;
  /** Docker gives containers addresses of this range only: the rest is for the router and for Egress IPs. */
  readonly containers: string;
  /** Docker's own end of the bridge. */
  readonly gateway: string;
  readonly router: string;
}

/**
 * The nth pair of networks to try: first those of the topology, then others of 172.16.0.0/16, which Docker does not
 * give out by itself. Nodes get addresses from .64 on; the Egress IPs are where the topology has them.
 */
export function planNetworks(topology: Topology, attempt: number): Networks {
  return { lan: planNetwork(topology.nodeLan.cidr, attempt), outside: planNetwork(topology.outside.cidr, attempt) };
}

/** Pairs to try: 172.16.18.0/24 and 172.16.20.0/24, then 172.16.22.0/24 and 172.16.24.0/24, and so on. */
const networkAttempts = 58;

function planNetwork(cidr: string, attempt: number): NetworkPlan {
  const [a = '', b = '', third = ''] = cidr.split('.');
  const c = Number(third) + 4 * attempt;
  const prefix = `${a}.${b}.${c}`;
  const prefix6 = `fd00:${a}:${b}:${c}`;
  return {
    cidr: `${prefix}.0/24`,
    containers: `${prefix}.64/26`,
    gateway: `${prefix}.254`,
    router: `${prefix}.1`,
    ipv6: {
      cidr: `${prefix6}::/64`,
      containers: `${prefix6}::1:0/112`,
      gateway: `${prefix6}::254`,
      router: `${prefix6}::1`,
    },
  };
}

/** Makes both networks where neither Docker nor a route of this machine has them already. */
export async function createNetworks(
  cluster: string,
  topology: Topology,
  options: { readonly ipv6: boolean; readonly driverOptions: readonly string[] },
): Promise<Networks> {
  // Bridged packets pass Docker's rules on their way, too: replies that come to pods by another way than the requests
  // went would be taken for new connections, and masqueraded.
  const outsideOptions = {
    ...options,
    driverOptions: [...options.driverOptions, 'com.docker.network.bridge.enable_ip_masquerade=false'],
  };
  const routed = await routedNetworks();
  const refused: string[] = [];
  for (let attempt = 0; attempt < networkAttempts; attempt += 1) {
    const networks = planNetworks(topology, attempt);
    const taken = [networks.lan, networks.outside].find(({ cidr }) => routed.some((route) => overlaps(route, cidr)));
    if (taken !== undefined) {
      refused.push(`${taken.cidr} has a route here`);
      continue;
    }
    const lan = await createNetwork(kindName(cluster), cluster, networks.lan, options);
    const outside = lan ?? (await createNetwork(outsideNetwork(cluster), cluster, networks.outside, outsideOptions));
    if (outside === null) return networks;
    refused.push(outside);
    await removeNetworks(cluster);
  }
  throw new Error(
    `no free pair of networks for the nodes and the outside: tried ${networkAttempts}; the last refusals: ${refused.slice(-3).join('; ')}. Remove networks that nobody needs: docker network prune`,
  );
}

/** Null, or why Docker refused. */
async function createNetwork(
  name: string,
  cluster: string,
  plan: NetworkPlan,
  { ipv6, driverOptions }: { readonly ipv6: boolean; readonly driverOptions: readonly string[] },
): Promise<string | null> {
  const flags = [
    ...['--driver', 'bridge', '--label', `${clusterLabel}=${cluster}`],
    ...subnetFlags(plan),
    ...(ipv6 ? ['--ipv6', ...subnetFlags(plan.ipv6)] : []),
    ...driverOptions.flatMap((option) => ['--opt', option]),
  ];
  const { exitCode, stderr } = await run(['docker', 'network', 'create', ...flags, name], { allowFailure: true });
  if (exitCode === 0) return null;
  if (/overlap|conflict/i.test(stderr)) return `${plan.cidr}: ${stderr.trim()}`;
  throw new Error(`docker network create ${name} (${plan.cidr}) failed: ${stderr.trim()}`);
}

const subnetFlags = ({ cidr, containers, gateway }: Subnet): string[] => [
  ...['--subnet', cidr, '--ip-range', containers, '--gateway', gateway],
];

export async function removeNetworks(cluster: string): Promise<void> {
  const found = await docker(['network', 'ls', '--quiet', '--filter', `label=${clusterLabel}=${cluster}`]);
  const ids = found.split('\n').filter((id) => id !== '');
  if (ids.length > 0) await docker(['network', 'rm', ...ids]);
}

/** Networks that this machine has routes to, but for the default route; none where `ip` cannot be asked. */
async function routedNetworks(): Promise<string[]> {
  const { stdout } = await run(['ip', '-json', '-4', 'route', 'show', 'table', 'all'], { allowFailure: true }).catch(
    () => ({ stdout: '[]' }),
  );
  const routes = JSON.parse(stdout.trim() || '[]') as { dst: string; type?: string }[];
  return routes
    .filter(({ type = 'unicast' }) => type === 'unicast')
    .map(({ dst }) => (dst.includes('/') ? dst : `${dst}/32`))
    .filter((dst) => dst !== 'default/32' && dst !== '0.0.0.0/0');
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [cidrRange(one), cidrRange(other)];
  return a !== null && b !== null && a.family === b.family && a.first <= b.last && b.first <= a.last;
}

/**
 * Docker 28 and later drop what comes to a container's address from another bridge, and with it what the router sends
 * on; networks can be exempted (docs.docker.com, "Packet filtering and firewalls").
 */
export function driverOptionsFor(serverVersion: string): readonly string[] {
  const major = Number.parseInt(serverVersion, 10);
  if (major < 28) return [];
  return ['ipv4', 'ipv6'].map((family) => `com.docker.network.bridge.gateway_mode_${family}=nat-unprotected`);
}
