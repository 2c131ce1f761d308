import { connectKube } from '../../agent/kube/client.ts';
import { nodes as nodesRef } from '../../agent/kube/object.ts';
import type { KubeObject } from '../../agent/kube/object.ts';
import type { Cluster, ClusterNode, Database, Firewall, Host, Topology, TopologyNode } from '../cluster.ts';
import { nodeNamed } from '../node-named.ts';
import { bothSides } from '../router-wire.ts';
import { kindCapabilities } from './capabilities.ts';
import type { KindRecord } from './config.ts';
import { openDatabase } from './database.ts';
import { clusterLabel, containerLog, containersWith, execIn, kindClusterLabel } from './docker.ts';
import type { ContainerAddress, ContainerState } from './docker.ts';
import { NodeFaults } from './faults.ts';
import { firewallLogProgram, openFirewall } from './firewall.ts';
import { containerHost } from './host.ts';
import { hostContainer, kindName, outsideNetwork } from './naming.ts';
import type { Networks } from './networks.ts';
import { kindNodes, learnTopology } from './topology.ts';
import type { KindNode } from './topology.ts';

interface Parts {
  readonly topology: Topology;
  readonly nodes: readonly KindNode[];
  readonly database: Database;
  readonly interfaces: { readonly lan: string; readonly wan: string };
}

/** A handle on a kind cluster with its outside. */
export class KindCluster implements Cluster {
  readonly provider = 'kind';
  readonly name: string;
  readonly topology: Topology;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly nodes: readonly ClusterNode[];
  readonly isOurs = true;
  readonly wire: Cluster['wire'];
  readonly router: Cluster['router'];
  readonly controlPlane: Cluster['controlPlane'];
  readonly witness: Host;
  readonly database: Database;
  readonly firewall: Firewall;
  readonly capabilities: Cluster['capabilities'];
  readonly #record: KindRecord;
  readonly #down: () => Promise<void>;
  readonly #closeFirewall: () => Promise<void>;

  private constructor(record: KindRecord, dir: string, parts: Parts, down: () => Promise<void>) {
    const { topology, interfaces } = parts;
    this.#record = record;
    this.#down = down;
    this.name = record.name;
    this.topology = topology;
    this.dir = dir;
    this.kubeconfig = kubeconfigOf(dir);
    this.nodes = topology.nodes.map((node) => this.#node(node));
    this.router = { ...this.#host('router', topology.nodeLan.router, topology.nodeLan.router6), interfaces };
    this.wire = { host: this.router, interfaces: bothSides(topology, interfaces) };
    this.controlPlane = this.#controlPlane(topology.nodeLan);
    this.witness = this.#host('witness', topology.outside.witness, topology.outside.witness6);
    this.database = parts.database;
    const firewall = openFirewall(hostContainer(record.name, 'router'), interfaces, () =>
      this.router.start(firewallLogProgram, ['read']),
    );
    this.firewall = firewall;
    this.#closeFirewall = async () => firewall[Symbol.asyncDispose]();
    this.capabilities = kindCapabilities(record.ipFamily);
  }

  /** Learns from Docker and the API server what the cluster is like now. */
  static async open(record: KindRecord, dir: string, down: () => Promise<void>): Promise<KindCluster> {
    const { name, networks } = record;
    const [nodeContainers, others] = await Promise.all([
      containersWith(kindClusterLabel, kindName(name)),
      containersWith(clusterLabel, name),
    ]);
    const nodes = kindNodes(nodeContainers, kindName(name));
    const outsideAddress = (host: 'database' | 'witness'): ContainerAddress => addressOf(others, name, host);
    const addresses = { database: outsideAddress('database'), witness: outsideAddress('witness') };
    const [podCIDRs, database, interfaces] = await Promise.all([
      readPodCIDRs(kubeconfigOf(dir)),
      openDatabase(hostContainer(name, 'database'), addresses.database, record),
      routerInterfaces(hostContainer(name, 'router'), networks.lan.router, networks.outside.router),
    ]);
    const topology = learnTopology(record.wished, {
      networks,
      ipv6: record.ipFamily !== 'ipv4',
      nodes,
      podCIDRs,
      outside: addresses,
    });
    return new KindCluster(record, dir, { topology, nodes, database, interfaces }, down);
  }

  node(name: string): ClusterNode {
    return nodeNamed(this.nodes, name);
  }

  image(name: string): string {
    const reference = this.#record.images[name];
    if (reference === undefined)
      throw new Error(`there is no image "${name}"; this cluster has ${Object.keys(this.#record.images).join(', ')}`);
    return reference;
  }

  async logs(): Promise<Record<string, string>> {
    const journal = ['journalctl', '--no-pager', '--lines=1000', '--unit=kubelet', '--unit=containerd'];
    const nodes = await containersWith(kindClusterLabel, kindName(this.name));
    const entries = [
      ...nodes.map(async ({ name }) => [`${name}.txt`, (await execIn(name, journal, { allowFailure: true })).stdout]),
      (async () => ['database.txt', await containerLog(hostContainer(this.name, 'database'))])(),
    ];
    return Object.fromEntries((await Promise.all(entries)) as [string, string][]);
  }

  async down(): Promise<void> {
    await this.#closeFirewall();
    await this.#down();
  }

  /** Lets go of the cluster, which runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closeFirewall();
  }

  #host(host: 'router' | 'witness', ipv4: string, ipv6: string | undefined): Host {
    const container = hostContainer(this.name, host);
    const address = (): ContainerAddress => ({ ipv4, ipv6: ipv6 ?? '' });
    return containerHost({ name: host, container, address, programs: this.#record.programs });
  }

  #controlPlane({ controlPlane, controlPlane6 = '' }: Topology['nodeLan']): Cluster['controlPlane'] {
    const container = `${kindName(this.name)}-control-plane`;
    const address = (): ContainerAddress => ({ ipv4: controlPlane, ipv6: controlPlane6 });
    return { ...containerHost({ name: 'control-plane', container, address, programs: [] }), apiPort: 6443 };
  }

  #node({ name, address, address6 = '', podCIDR, podCIDR6 }: TopologyNode): ClusterNode {
    const { programs, programImage, networks, ipFamily } = this.#record;
    let current: ContainerAddress = { ipv4: address, ipv6: address6 };
    const beside = { image: programImage, cluster: this.name };
    const host = containerHost({ name, container: name, address: () => current, programs, beside });
    const faults = new NodeFaults({
      container: name,
      name,
      toolImage: programImage,
      restore: async () => {
        const [state] = (await containersWith(kindClusterLabel, kindName(this.name))).filter(
          (one) => one.name === name,
        );
        current = state?.addresses.get(kindName(this.name)) ?? current;
        await routeToOutside(name, networks, ipFamily !== 'ipv4');
      },
    });
    return Object.defineProperties(
      {
        podCIDR,
        ...(podCIDR6 === undefined ? {} : { podCIDR6 }),
        nextPodAddress: (free: string) => reserveBefore(name, free),
        powerOff: () => faults.powerOff(),
        unplug: () => faults.unplug(),
        freeze: () => faults.freeze(),
        stopKubelet: () => faults.stopKubelet(),
        heal: () => faults.heal(),
      },
      Object.getOwnPropertyDescriptors(host),
    ) as ClusterNode;
  }
}

export const kubeconfigOf = (dir: string): string => `${dir}/kubeconfig`;

/**
 * host-local, the IPAM of kind's CNI, gives the first free address after the one that it gave last, which is in a file
 * (https://www.cni.dev/plugins/current/ipam/host-local/).
 */
async function reserveBefore(node: string, free: string): Promise<void> {
  const before = free.replace(/\d+$/, (last) => String(Number(last) - 1));
  const folder = '/run/cni-ipam-state/kindnet';
  const wait = `for i in $(seq 100); do [ -e ${folder}/${free} ] || break; sleep 0.1; done`;
  const write = `[ ! -e ${folder}/${free} ] && test -f ${folder}/last_reserved_ip.0 && printf ${before} > ${folder}/last_reserved_ip.0`;
  await execIn(node, ['sh', '-c', `${wait}; ${write}`]);
}

/** A node's way to the outside is the router. */
export async function routeToOutside(node: string, { lan, outside }: Networks, ipv6: boolean): Promise<void> {
  await execIn(node, ['ip', 'route', 'replace', outside.cidr, 'via', lan.router]);
  if (ipv6) await execIn(node, ['ip', '-6', 'route', 'replace', outside.ipv6.cidr, 'via', lan.ipv6.router]);
}

function addressOf(
  containers: readonly ContainerState[],
  cluster: string,
  host: 'database' | 'witness',
): ContainerAddress {
  const name = hostContainer(cluster, host);
  const address = containers.find((container) => container.name === name)?.addresses.get(outsideNetwork(cluster));
  if (!address) throw new Error(`container ${name} of cluster ${cluster} does not run; end the cluster and begin anew`);
  return address;
}

async function readPodCIDRs(kubeconfig: string): Promise<Map<string, readonly string[]>> {
  const kube = await connectKube({ kubeconfig });
  try {
    const { items } = await kube.list<KubeObject & { spec?: { podCIDRs?: string[] } }>(nodesRef);
    return new Map(items.map(({ metadata, spec }) => [metadata.name ?? '', spec?.podCIDRs ?? []]));
  } finally {
    kube.close();
  }
}

/** Docker numbers the interfaces of a container as it likes. */
async function routerInterfaces(container: string, lan: string, wan: string): Promise<{ lan: string; wan: string }> {
  const { stdout } = await execIn(container, ['ip', '-json', '-4', 'addr', 'show']);
  const links = JSON.parse(stdout) as { ifname: string; addr_info: { local: string }[] }[];
  const nameOf = (address: string): string => {
    const link = links.find(({ addr_info: infos }) => infos.some(({ local }) => local === address));
    if (link === undefined) throw new Error(`the router ${container} has no interface with ${address}`);
    return link.ifname;
  };
  return { lan: nameOf(lan), wan: nameOf(wan) };
}
