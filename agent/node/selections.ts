import { appliesTo, selectsNamespace } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import type { KubeObject } from '../kube/object.ts';
import { families } from './family.ts';
import type { Ownership } from './ownership.ts';
import type { PodAddress } from './running-pods.ts';

/**
 * Which Egress has the traffic of a pod. Remembers what it found for as long as no Egress selects otherwise and no
 * namespace has other labels, so that one more pod costs the same among ten pods as among ten thousand.
 */
export class Selections {
  #policies: readonly string[] = [];
  #namespaces: ReadonlyMap<string, string> = new Map();
  #round = 1;

  /**
   * Finds the index of the Egress for an address of a pod; -1 for none. Of those that select the pod and have, or may yet
   * get, an address of the same IP version, it is the first of `owners`, which are ordered by age and name.
   */
  of(owners: readonly Ownership[], namespaces: readonly KubeObject[]): (address: PodAddress) => number {
    const policies = owners.map(({ egress, places }) => {
      const versions = families.filter((family) => places.some((place) => (place.family ?? family) === family));
      return `${versions.join('')} ${selectionText(egress)}`;
    });
    const labels = new Map(namespaces.map((namespace) => [namespace.metadata.name ?? '', labelsText(namespace)]));
    const isSame = sameList(policies, this.#policies) && sameMap(labels, this.#namespaces);
    if (!isSame) this.#round += 1;
    [this.#policies, this.#namespaces] = [policies, labels];
    const choose = chooser(owners, namespaces);
    return (address) => {
      if (address.round !== this.#round) [address.chosen, address.round] = [choose(address), this.#round];
      return address.chosen;
    };
  }
}

function chooser(owners: readonly Ownership[], namespaces: readonly KubeObject[]): (address: PodAddress) => number {
  const labelsOf = new Map(namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]));
  const inNamespace = new Map<string, (readonly [number, Ownership])[]>();
  return ({ pod: { metadata }, family }) => {
    const { namespace = '', labels } = metadata;
    const namespaceLabels = labelsOf.get(namespace) ?? {};
    let likely = inNamespace.get(namespace);
    if (!likely) {
      likely = [...owners.entries()].filter(([, { egress }]) => selectsNamespace(egress, namespaceLabels));
      inNamespace.set(namespace, likely);
    }
    const found = likely.find(
      ([, { egress, places }]) =>
        places.some((place) => (place.family ?? family) === family) && appliesTo(egress, labels, namespaceLabels),
    );
    return found?.[0] ?? -1;
  };
}

/** Texts of objects of the API, which are not changed but replaced. */
const texts = new WeakMap<KubeObject, string>();

const selectionText = (egress: Egress): string => remembered(egress, () => JSON.stringify(egress.spec.appliedTo));
const labelsText = (object: KubeObject): string =>
  remembered(object, () => JSON.stringify(object.metadata.labels ?? {}));

function remembered(object: KubeObject, textOf: () => string): string {
  let text = texts.get(object);
  if (text === undefined) texts.set(object, (text = textOf()));
  return text;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, i) => entry === b[i]);
}

function sameMap(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
