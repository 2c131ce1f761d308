import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster, ClusterNode, Database, Firewall, Host, Topology, TopologyNode, Undo } from '../cluster.ts';
import { nodeNamed } from '../node-named.ts';
import { bothSides } from '../router-wire.ts';
import { netnsCapabilities } from './capabilities.ts';
import { apiPort } from './api-process.ts';
import type { ClusterConfig } from './config.ts';
import type { ControlClient } from './control-client.ts';
import { faultKinds, type FaultKind } from './control-protocol.ts';
import type { ClusterPaths } from './paths.ts';
import { controlPlane, router, routerInterfaces, witness } from './plan-topology.ts';

/** The caller's handle on a cluster in a sandbox. */
export class EmbeddedCluster implements Cluster {
  readonly provider = 'netns';
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
  readonly capabilities = netnsCapabilities;
  readonly #control: ControlClient;
  readonly #remove: () => Promise<void>;

  constructor(
    config: ClusterConfig,
    paths: ClusterPaths,
    control: ControlClient,
    database: { version: string; port: number },
    remove: () => Promise<void>,
  ) {
    const { topology } = config;
    this.#control = control;
    this.#remove = remove;
    this.name = config.name;
    this.topology = topology;
    this.dir = paths.dir;
    this.kubeconfig = paths.kubeconfig;
    this.nodes = topology.nodes.map((node) => this.#node(node));
    this.router = {
      ...this.#host(router, topology.nodeLan.router, topology.nodeLan.router6),
      interfaces: routerInterfaces,
    };
    this.wire = { host: this.router, interfaces: bothSides(topology, routerInterfaces) };
    this.controlPlane = {
      ...this.#host(controlPlane, topology.nodeLan.controlPlane, topology.nodeLan.controlPlane6),
      apiPort,
    };
    this.witness = this.#host(witness, topology.outside.witness, topology.outside.witness6);
    this.database = {
      address: topology.outside.database,
      ...given('address6', topology.outside.database6),
      ...database,
      setGrants: (grants) => control.call('setGrants', grants),
      connections: (since) => control.call('connections', since),
    };
    this.firewall = {
      setRules: (rules, defaultAction) => control.call('setRules', rules, defaultAction),
      counters: () => control.call('counters'),
      log: (since) => control.call('firewallLog', since),
    };
  }

  node(name: string): ClusterNode {
    return nodeNamed(this.nodes, name);
  }

  /** Names, process ids (of the sandbox) and resident memory of what runs in the cluster. */
  status(): ReturnType<ControlClient['call']> {
    return this.#control.call('status');
  }

  image(name: string): string {
    return name;
  }

  async logs(): Promise<Record<string, string>> {
    const folder = join(this.dir, 'logs');
    const files = await readdir(folder);
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const)),
    );
  }

  async down(): Promise<void> {
    this.#control.close();
    await this.#remove();
  }

  /** Lets go of the cluster, which runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.close();
  }

  #host(name: string, address: string, address6: string | undefined): Host {
    const control = this.#control;
    return {
      name,
      address,
      ...given('address6', address6),
      run: (argv, options = {}) => control.call('run', name, argv, options),
      start: (program, args, options = {}) => control.start(name, program, args, options.env ?? {}),
      readFile: async (path) => (await control.call('run', name, ['cat', path], {})).stdout,
    };
  }

  #node({ name, address, address6, podCIDR, podCIDR6 }: TopologyNode): ClusterNode {
    const fault = (kind: FaultKind) => async (): Promise<Undo> => {
      const undo = (): Promise<void> => this.#control.call('heal', kind, name);
      await this.#control.call('fault', kind, name);
      return undo;
    };
    return {
      ...this.#host(name, address, address6),
      podCIDR,
      ...given('podCIDR6', podCIDR6),
      nextPodAddress: (free) => this.#control.call('nextPodAddress', name, free),
      powerOff: fault('powerOff'),
      unplug: fault('unplug'),
      freeze: fault('freeze'),
      stopKubelet: fault('stopKubelet'),
      heal: async () => {
        for (const kind of faultKinds) await this.#control.call('heal', kind, name);
      },
    };
  }
}

const given = <K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<K, string>>);
