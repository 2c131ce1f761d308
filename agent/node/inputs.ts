import { egressAddresses, egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { configName, installNamespace } from '../api/install.ts';
import { externalIPPools } from '../api/external-ip-pool.ts';
import type { ExternalIPPool } from '../api/external-ip-pool.ts';
import { configMaps, endpointSlices, namespaces, nodes, pods } from '../kube/object.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Kube, Reflection } from '../kube/types.ts';
import { exceptions } from './exceptions.ts';
import type { ConfigMap } from './exceptions.ts';
import type { Facts, Node, Pod } from './facts.ts';
import { Lingering } from './lingering.ts';

/**
 * A policy that comes back within this time, milliseconds, was never away. Deleting and creating it takes 100 ms, and some
 * times that where the API server is busy.
 */
const lingerMs = 1_000;

interface EndpointSlice extends KubeObject {
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
}

/** The watched part of the facts. */
export type WatchedFacts = Pick<
  Facts,
  'nodes' | 'namespaces' | 'pods' | 'egresses' | 'pools' | 'apiServers' | 'exceptCIDRs'
>;

export interface Inputs extends Disposable {
  /** Resolves when each collection has been listed once. */
  readonly synced: Promise<unknown>;
  facts(): WatchedFacts;
  /** The newest version of an Egress. */
  egress(name: string): Egress | undefined;
}

/** Watches what the plan of a node depends on, and tells of each change. */
export function watchInputs(kube: Kube, changed: () => void, warn: (text: string) => void): Inputs {
  const reflections = {
    configs: kube.reflect<ConfigMap>(configMaps, {
      namespace: installNamespace,
      fieldSelector: `metadata.name=${configName}`,
    }),
    nodes: kube.reflect<Node>(nodes),
    namespaces: kube.reflect(namespaces),
    pods: kube.reflect<Pod>(pods),
    egresses: kube.reflect<Egress>(egresses),
    pools: kube.reflect<ExternalIPPool>(externalIPPools),
    apiServers: kube.reflect<EndpointSlice>(endpointSlices, {
      namespace: 'default',
      labelSelector: 'kubernetes.io/service-name=kubernetes',
    }),
  };
  const all: readonly Reflection<KubeObject>[] = Object.values(reflections);
  const deletedEgresses = new Lingering<Egress>(lingerMs, changed, haveOneAddress);
  reflections.egresses.onChange(({ type, object }) => {
    if (type === 'deleted') deletedEgresses.deleted(object, reflections.egresses.items);
  });
  reflections.configs.onChange(({ type, object }) => {
    const { wrong } = exceptions(type === 'deleted' ? undefined : object);
    if (wrong.length > 0)
      warn(`exceptCIDRs of ConfigMap ${configName}: neither CIDR nor address, ignored: ${wrong.join(', ')}`);
  });
  for (const reflection of all) reflection.onChange(changed);
  const {
    configs,
    nodes: nodeItems,
    namespaces: namespaceItems,
    pods: podItems,
    egresses: egressItems,
    pools,
    apiServers,
  } = reflections;
  return {
    synced: Promise.all(all.map((reflection) => reflection.synced)),
    egress: (name) => egressItems.items.get(name),
    facts: () => ({
      nodes: [...nodeItems.items.values()],
      namespaces: [...namespaceItems.items.values()],
      pods: [...podItems.items.values()],
      egresses: deletedEgresses.with(egressItems.items),
      pools: [...pools.items.values()],
      exceptCIDRs: [...configs.items.values()].flatMap((config) => exceptions(config).cidrs),
      apiServers: [...apiServers.items.values()].flatMap((slice) =>
        (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses),
      ),
    }),
    [Symbol.dispose]: () => {
      deletedEgresses[Symbol.dispose]();
      for (const reflection of all) reflection[Symbol.dispose]();
    },
  };
}

function haveOneAddress(one: Egress, other: Egress): boolean {
  const its = new Set(egressAddresses(one).map(({ ip }) => ip));
  return egressAddresses(other).some(({ ip }) => ip !== null && its.has(ip));
}
