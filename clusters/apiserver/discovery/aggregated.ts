import type { Registry } from '../resources/registry.ts';
import { parseAccept } from '../http/accept.ts';
import { subresourceEntries } from './subresource-entries.ts';

/** The version of aggregated discovery that a client asks for; undefined: it wants the old form. */
export function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json' && type !== '*/*') continue;
    if (parameters.get('as') !== 'APIGroupDiscoveryList') return undefined;
    const version = parameters.get('v');
    if (version === 'v2' || version === 'v2beta1') return version;
  }
  return undefined;
}

/** apidiscovery.k8s.io APIGroupDiscoveryList of the core group or of all others. */
export function aggregatedDiscovery(registry: Registry, core: boolean, version: string): unknown {
  const groups = [...registry.groups()].filter(([name]) => (name === '') === core);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([name, versions]) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map((one) => ({
        version: one,
        resources: resources(registry, name, one),
        freshness: 'Current',
      })),
    })),
  };
}

const resources = (registry: Registry, group: string, version: string): unknown[] =>
  registry.in(group, version).map(({ resource, version: served }) => {
    const scope = resource.namespaced ? 'Namespaced' : 'Cluster';
    const subresources = subresourceEntries(resource, served).map(
      ({ name, kind, responseGroup, responseVersion, verbs }) => ({
        subresource: name,
        responseKind: { group: responseGroup, version: responseVersion, kind },
        verbs,
      }),
    );
    return {
      resource: resource.plural,
      responseKind: { group, version, kind: resource.kind },
      scope,
      singularResource: resource.singular,
      verbs: resource.verbs,
      ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    };
  });
