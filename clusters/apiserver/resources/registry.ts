import { builtinResources } from './builtins.ts';
import { groupVersion } from './definition.ts';
import type { Resource, ServedVersion } from './definition.ts';

/** A resource in one of the versions it is served in. */
export interface Endpoint {
  readonly resource: Resource;
  readonly version: ServedVersion;
}

/** Every resource served: the built-in ones and those of established CustomResourceDefinitions. */
export class Registry {
  readonly #byName = new Map<string, Resource>();
  /** Grows with each change: what is derived from the registry is cached by it. */
  revision = 0;

  constructor() {
    for (const resource of builtinResources()) this.#byName.set(`${resource.group}/${resource.plural}`, resource);
  }

  find(group: string, version: string, plural: string): Endpoint | undefined {
    const resource = this.#byName.get(`${group}/${plural}`);
    const served = resource?.versions.find(({ name }) => name === version);
    return resource && served ? { resource, version: served } : undefined;
  }

  get(group: string, plural: string): Resource | undefined {
    return this.#byName.get(`${group}/${plural}`);
  }

  add(resource: Resource): void {
    this.#byName.set(`${resource.group}/${resource.plural}`, resource);
    this.revision += 1;
  }

  remove(group: string, plural: string): void {
    if (this.#byName.delete(`${group}/${plural}`)) this.revision += 1;
  }

  all(): Iterable<Resource> {
    return this.#byName.values();
  }

  /** Groups in the order of discovery, each with its versions, the preferred one first. */
  groups(): Map<string, string[]> {
    const groups = new Map<string, string[]>();
    for (const { group, versions } of this.#byName.values()) {
      const known = groups.get(group) ?? [];
      for (const { name } of versions) if (!known.includes(name)) known.push(name);
      groups.set(group, known);
    }
    return groups;
  }

  in(group: string, version: string): Endpoint[] {
    return [...this.#byName.values()].flatMap((resource) => {
      const served = resource.group === group ? resource.versions.find(({ name }) => name === version) : undefined;
      return served ? [{ resource, version: served }] : [];
    });
  }
}

/** `v1` or `apps/v1`. */
export const versionOf = ({ resource, version }: Endpoint): string => groupVersion(resource.group, version.name);
