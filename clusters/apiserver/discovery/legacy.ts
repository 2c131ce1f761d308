import { groupVersion } from '../resources/definition.ts';
import type { Registry } from '../resources/registry.ts';
import { subresourceEntries } from './subresource-entries.ts';

const group = (name: string, versions: readonly string[]): Record<string, unknown> => {
  const all = versions.map((version) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: all, preferredVersion: all[0] };
};

export const apiVersions = (address: string): unknown => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});

export function apiGroupList(registry: Registry): unknown {
  const groups = [...registry.groups()].filter(([name]) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(([name, versions]) => group(name, versions)) };
}

/** Undefined: no such group. */
export function apiGroup(registry: Registry, name: string): unknown {
  const versions = registry.groups().get(name);
  return versions && name !== '' ? { kind: 'APIGroup', apiVersion: 'v1', ...group(name, versions) } : undefined;
}

/** The resources of one group version; undefined when it does not exist. */
export function apiResourceList(registry: Registry, name: string, version: string): unknown {
  if (!registry.groups().get(name)?.includes(version)) return undefined;
  const resources = registry.in(name, version).flatMap(({ resource, version: served }) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    },
    ...subresourceEntries(resource, served).map(({ name: sub, kind, verbs, responseGroup, responseVersion }) => ({
      name: `${resource.plural}/${sub}`,
      singularName: '',
      namespaced: resource.namespaced,
      kind,
      verbs,
      ...(responseGroup === resource.group ? {} : { group: responseGroup, version: responseVersion }),
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(name, version), resources };
}
