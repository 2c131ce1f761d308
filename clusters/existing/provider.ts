import { mkdir, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connectKube } from '../../agent/kube/client.ts';
import { nodes as nodesRef } from '../../agent/kube/object.ts';
import type { Kube } from '../../agent/kube/types.ts';
import type { Cluster, ClusterOptions, ClusterProvider, Topology } from '../cluster.ts';
import { alreadyRuns, checkClusterName, clusterDir, notFound, readRecord, readRecords, recordFile } from '../state.ts';
import type { ClusterRecord } from '../state.ts';
import { existingCapabilities } from './capabilities.ts';
import { ExistingCluster } from './cluster.ts';
import { covering, learnNodes, learnServiceCIDR } from './learn.ts';
import { interfaceOf } from './remote-host.ts';

/** A cluster that is there, and what it cannot say about itself. */
export interface ExistingOptions {
  readonly kubeconfig: string;
  /** Address of the outside host, as pods reach it; of its program server, as this machine does; and its token. */
  readonly witness: { readonly address: string; readonly control: string; readonly token: string };
  /** Addresses of the nodes' network that nobody has. */
  readonly egressRange: { readonly first: string; readonly last: string };
  /** Images that the cluster can pull or has, by the names that pods have for them. */
  readonly images: Readonly<Record<string, string>>;
  /** Absent: learnt from the API server. */
  readonly serviceCIDR?: string;
  readonly podCIDR?: string;
}

export interface ExistingRecord extends ClusterRecord {
  readonly provider: 'existing';
  readonly options: ExistingOptions;
  readonly topology: Topology;
  /** Interface of the outside host that is captured on. */
  readonly interface: string;
  /** Nodes that have the gateway label from us. */
  readonly labelled: readonly string[];
}

const gatewayLabel = 'egress-gateway';
const gatewaysWanted = 2;

/** Somebody's cluster. It is only borrowed: `down` takes back what was added to it. */
export function existingProvider(given: ExistingOptions | null): ClusterProvider {
  const provider: ClusterProvider = {
    name: 'existing',
    capabilities: existingCapabilities,
    up: (options) => up({ ...options, stateDir: resolve(options.stateDir) }, required(given), provider),
    attach: async (name, stateDir) => {
      const record = readRecord<ExistingRecord>(stateDir, name);
      if (record?.provider !== 'existing') throw await notFound(name, provider, stateDir);
      return new ExistingCluster(record, clusterDir(stateDir, name), () => down(name, stateDir));
    },
    list: async (stateDir) =>
      (await readRecords(stateDir))
        .filter((one) => one.provider === 'existing')
        .map(({ name, createdAt }) => ({ name, alive: true, createdAt })),
    down,
  };
  return provider;
}

function required(given: ExistingOptions | null): ExistingOptions {
  if (given === null) throw new Error('a cluster that exists needs to be described: see --kubeconfig and --witness');
  return given;
}

async function up(options: ClusterOptions, given: ExistingOptions, provider: ClusterProvider): Promise<Cluster> {
  const { name, stateDir, programs, progress = () => undefined } = options;
  checkClusterName(name);
  if (readRecord(stateDir, name) !== null) throw alreadyRuns(name);
  const kube = await connectKube({ kubeconfig: given.kubeconfig });
  try {
    const [program = ''] = Object.keys(programs);
    const iface = await interfaceOf({ name: 'witness', ...given.witness }, program);
    progress(`the outside host ${given.witness.address} answers, and captures on ${iface}`);
    const topology = await learnTopology(kube, options.topology.name, given);
    const labelled = gatewaysToLabel(topology);
    const record: ExistingRecord = {
      name,
      provider: 'existing',
      createdAt: new Date().toISOString(),
      options: given,
      topology: withLabels(topology, labelled),
      interface: iface,
      labelled,
    };
    await mkdir(clusterDir(stateDir, name), { recursive: true, mode: 0o700 });
    await writeFile(recordFile(stateDir, name), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    await setLabel(kube, labelled, 'true');
    progress(`nodes ${topology.nodes.map((node) => node.name).join(', ')}`);
    return await provider.attach(name, stateDir);
  } catch (error) {
    await down(name, stateDir);
    throw error;
  } finally {
    kube.close();
  }
}

async function learnTopology(kube: Kube, name: string, given: ExistingOptions): Promise<Topology> {
  const nodes = await learnNodes(kube);
  if (nodes.length === 0)
    throw new Error(`${given.kubeconfig}: no node is ready, schedulable, and has an IPv4 InternalIP`);
  const taken = nodes.find(({ address }) => address === given.egressRange.first || address === given.egressRange.last);
  if (taken !== undefined) throw new Error(`--egress-range: ${taken.address} is node ${taken.name}`);
  const serviceCIDR = given.serviceCIDR ?? (await learnServiceCIDR(kube));
  if (serviceCIDR === null) throw new Error('the API server does not tell the range of Services: give --service-cidr');
  const podCIDR = given.podCIDR ?? covering(nodes.map((node) => node.podCIDR));
  if (podCIDR === null) throw new Error('the nodes do not tell the ranges of their pods: give --pod-cidr');
  const { address } = given.witness;
  return {
    name,
    nodes,
    nodeLan: { cidr: '', router: '', controlPlane: '' },
    outside: { cidr: `${address}/32`, router: '', database: '', witness: address },
    podCIDR,
    serviceCIDR,
    egressRange: given.egressRange,
  };
}

/** Those that have the label already do; otherwise the first two get it for as long as we are here. */
function gatewaysToLabel({ nodes }: Topology): string[] {
  const has = nodes.filter(({ labels }) => labels[gatewayLabel] === 'true');
  const others = nodes.filter((node) => !has.includes(node));
  return others.slice(0, Math.max(0, gatewaysWanted - has.length)).map(({ name }) => name);
}

function withLabels(topology: Topology, labelled: readonly string[]): Topology {
  const nodes = topology.nodes.map((node) =>
    labelled.includes(node.name) ? { ...node, labels: { ...node.labels, [gatewayLabel]: 'true' } } : node,
  );
  return { ...topology, nodes };
}

async function setLabel(kube: Kube, names: readonly string[], value: string | null): Promise<void> {
  const patch = { metadata: { labels: { [gatewayLabel]: value } } };
  for (const name of names) await kube.patch(nodesRef, name, patch, { type: 'merge' });
}

/** Takes back what was added. Nothing to do is fine. */
async function down(name: string, stateDir: string): Promise<void> {
  const record = readRecord<ExistingRecord>(stateDir, name);
  if (record?.provider === 'existing' && record.labelled.length > 0) {
    const kube = await connectKube({ kubeconfig: record.options.kubeconfig });
    await setLabel(kube, record.labelled, null).finally(() => kube.close());
  }
  await rm(clusterDir(stateDir, name), { recursive: true, force: true });
}
