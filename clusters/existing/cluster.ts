import type { Cluster, ClusterNode, Database, Firewall, Host, Topology } from '../cluster.ts';
import { nodeNamed } from '../node-named.ts';
import { existingCapabilities } from './capabilities.ts';
import type { ExistingRecord } from './provider.ts';
import { remoteHost } from './remote-host.ts';

/** A handle on a cluster that was there before us: pods, and one host outside. */
export class ExistingCluster implements Cluster {
  readonly provider = 'existing';
  readonly isOurs = false;
  readonly name: string;
  readonly topology: Topology;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly nodes: readonly ClusterNode[];
  readonly wire: Cluster['wire'];
  readonly router: Cluster['router'];
  readonly controlPlane: Cluster['controlPlane'];
  readonly witness: Host;
  readonly database: Database;
  readonly firewall: Firewall;
  readonly capabilities = existingCapabilities;
  readonly #images: Readonly<Record<string, string>>;
  readonly #down: () => Promise<void>;

  constructor(record: ExistingRecord, dir: string, down: () => Promise<void>) {
    const { options, topology } = record;
    this.name = record.name;
    this.topology = topology;
    this.dir = dir;
    this.kubeconfig = options.kubeconfig;
    this.#images = options.images;
    this.#down = down;
    this.nodes = topology.nodes.map(({ name, address, podCIDR }) => ({ ...absent(name, address), podCIDR, ...faults }));
    this.witness = remoteHost({ name: 'witness', ...options.witness });
    // What arrives at the witness has left the cluster.
    const sentinel = topology.nodes[0]?.address ?? '';
    this.wire = { host: this.witness, interfaces: [{ name: record.interface, sentinel }] };
    this.router = { ...absent('router', ''), interfaces: { lan: '', wan: '' } };
    this.controlPlane = { ...absent('control-plane', ''), apiPort: 0 };
    this.database = { address: '', port: 0, version: '', setGrants: lacks('database'), connections: lacks('database') };
    this.firewall = { setRules: lacks('firewall'), counters: lacks('firewall'), log: lacks('firewall') };
  }

  node(name: string): ClusterNode {
    return nodeNamed(this.nodes, name);
  }

  image(name: string): string {
    const reference = this.#images[name];
    if (reference === undefined)
      throw new Error(`there is no image "${name}"; given were ${Object.keys(this.#images).join(', ')}`);
    return reference;
  }

  logs(): Promise<Record<string, string>> {
    return Promise.resolve({});
  }

  down(): Promise<void> {
    return this.#down();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing is held.
  }
}

/** A case that says what it needs is skipped before it comes here. */
const lacks = (what: string) => (): Promise<never> =>
  Promise.reject(new Error(`a cluster that exists lacks ${what}; the case has to name it in "needs"`));

const faults = {
  nextPodAddress: lacks('podAddresses'),
  powerOff: lacks('powerOff'),
  unplug: lacks('unplug'),
  freeze: lacks('freeze'),
  stopKubelet: lacks('stopKubelet'),
  heal: lacks('nodeHosts'),
};

function absent(name: string, address: string): Host {
  const refuse = lacks('nodeHosts');
  return { name, address, run: refuse, start: refuse, readFile: refuse };
}
