import type { EndpointSlice, Service } from './objects.ts';

const clusterDomain = 'cluster.local';

/** The names of the cluster's DNS, lower case without a final dot, and their addresses of both families (kubernetes/dns specification 1.1.0). */
export type Zone = ReadonlyMap<string, readonly string[]>;

/** Hosts outside, by names of any case. */
export type Hosts = Readonly<Record<string, readonly string[]>>;

/** Services by their cluster address, headless ones by their ready endpoints, and fixed names of hosts outside. */
export function planZone(services: readonly Service[], slices: readonly EndpointSlice[], hosts: Hosts): Zone {
  const zone = new Map(Object.entries(hosts).map(([name, addresses]) => [name.toLowerCase(), addresses]));
  for (const service of services) {
    const namespace = service.metadata.namespace ?? 'default';
    const name = `${service.metadata.name ?? ''}.${namespace}.svc.${clusterDomain}`;
    const { clusterIP, clusterIPs, type } = service.spec;
    if (type === 'ExternalName' || clusterIP === undefined) continue;
    zone.set(name, clusterIP === 'None' ? readyAddresses(service, namespace, slices) : (clusterIPs ?? [clusterIP]));
  }
  return zone;
}

function readyAddresses(service: Service, namespace: string, slices: readonly EndpointSlice[]): string[] {
  const own = slices.filter(
    (slice) =>
      slice.metadata.namespace === namespace &&
      slice.addressType !== 'FQDN' &&
      slice.metadata.labels?.['kubernetes.io/service-name'] === service.metadata.name,
  );
  return own
    .flatMap((slice) => slice.endpoints ?? [])
    .filter((endpoint) => endpoint.conditions?.ready !== false)
    .flatMap((endpoint) => endpoint.addresses)
    .sort();
}

export type Answer = { readonly addresses: readonly string[] } | 'no such name' | 'not ours';

/** Looks a name up; a name of the cluster domain that is missing does not exist, any other unknown name is refused. */
export function lookUp(zone: Zone, name: string): Answer {
  const key = name.toLowerCase().replace(/\.$/, '');
  const addresses = zone.get(key);
  if (addresses !== undefined) return { addresses };
  return key === clusterDomain || key.endsWith(`.${clusterDomain}`) ? 'no such name' : 'not ours';
}
