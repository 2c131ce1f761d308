import { pods, type KubeObject } from '../../agent/kube/object.ts';
import type { Kube, Reflection } from '../../agent/kube/types.ts';
import type { Cluster } from '../../clusters/cluster.ts';
import type { Adapter, AdapterContext } from '../adapter/adapter.ts';
import { both } from '../check/address.ts';
import { statesBefore, type NodeStates } from './installation.ts';
import { Hardware } from './hardware.ts';
import { addressesOf, Leases, sinkPortList, witnessPorts } from './leases.ts';
import { Wire } from './wire.ts';
import { Witness } from './witness.ts';

/** The label of every namespace that a case made. */
export const caseLabel = 'egressproof.dev/case';

export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** A cluster with everything that stays the same from case to case. */
export interface Testbed extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly kube: Kube;
  readonly adapter: Adapter;
  readonly context: AdapterContext;
  readonly witness: Witness;
  /** The capture of what leaves the cluster. */
  readonly wire: Wire;
  readonly podCache: Reflection<Pod>;
  /** What nodes were like before the implementation came; null where nobody could look. */
  readonly before: NodeStates | null;
  readonly addresses: Leases<string>;
  /** Those of IPv6 in a dual-stack cluster. */
  readonly addresses6: Leases<string>;
  readonly ports: Leases<number>;
  readonly sinkPorts: Leases<number>;
  /** Whose address that is: a node's name, `router`, ... */
  ownerOf(address: string): string | undefined;
  /** The node that has a hardware address on the wire outside. */
  nodeOf(mac: string): string | undefined;
}

/** Installs the implementation and starts witness and capture. The cluster stays the caller's. */
export async function openTestbed(
  cluster: Cluster,
  kube: Kube,
  adapter: Adapter,
  signal: AbortSignal,
): Promise<Testbed> {
  await using undo = new AsyncDisposableStack();
  const context: AdapterContext = { cluster, kube, signal };
  const { topology } = cluster;
  const before = await statesBefore(adapter, context);
  const [witness, wire] = await Promise.all([
    Witness.start(cluster).then((started) => undo.use(started)),
    Wire.open(cluster.wire.host, cluster.wire.interfaces, both(topology.outside.cidr, topology.outside.cidr6)).then(
      (opened) => undo.use(opened),
    ),
    adapter.install(context),
  ]);
  const podCache = undo.use(kube.reflect<Pod>(pods));
  await podCache.synced;
  const nodes = cluster.nodes.flatMap(({ address, address6, name }) =>
    both(address, address6).map((one) => [one, name] as const),
  );
  const hardware = new Hardware(nodes);
  undo.defer(wire.onPacket((packet) => hardware.learn(packet)));
  const resources = undo.move();
  const known = new Map([
    ...nodes,
    ...both(topology.nodeLan.router, topology.nodeLan.router6).map((one) => [one, 'router'] as const),
    ...both(topology.nodeLan.controlPlane, topology.nodeLan.controlPlane6).map(
      (one) => [one, 'control-plane'] as const,
    ),
  ]);
  return {
    cluster,
    kube,
    adapter,
    context,
    witness,
    wire,
    podCache,
    before,
    addresses: new Leases('Egress IP', addressesOf(topology.egressRange)),
    addresses6: new Leases('IPv6 Egress IP', topology.egressRange6 ? addressesOf(topology.egressRange6) : []),
    ports: new Leases('port of the witness', witnessPorts),
    sinkPorts: new Leases('port of a sink', sinkPortList),
    ownerOf: (address) => known.get(address) ?? podOwner(podCache, address),
    nodeOf: (mac) => hardware.nodeOf(mac),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function podOwner(cache: Reflection<Pod>, address: string): string | undefined {
  const owner = [...cache.items.values()].find(({ status }) => status?.podIPs?.some(({ ip }) => ip === address));
  return owner === undefined ? undefined : `pod ${owner.metadata.namespace}/${owner.metadata.name}`;
}
