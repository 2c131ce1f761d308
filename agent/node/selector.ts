import { appliesTo, selectsNamespace } from '../api/egress.ts';
import type { Facts, Pod } from './facts.ts';
import type { Family } from './family.ts';
import type { Ownership } from './ownership.ts';

/**
 * Finds the Egress that has a pod's traffic of one IP version: of those that select the pod and have, or may yet get, an
 * address of that version, the oldest, then the first by name.
 */
export function selector(
  owners: readonly Ownership[],
  facts: Facts,
  family: Family,
): (pod: Pod) => Ownership | undefined {
  const namespaceLabels = new Map(facts.namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]));
  const candidates = owners.filter(({ places }) =>
    places.some((place) => place.family === family || place.family === null),
  );
  const inNamespace = new Map<string, Ownership[]>();
  return (pod) => {
    const { namespace = '' } = pod.metadata;
    const labels = namespaceLabels.get(namespace) ?? {};
    let likely = inNamespace.get(namespace);
    if (!likely) {
      likely = candidates.filter(({ egress }) => selectsNamespace(egress, labels));
      inNamespace.set(namespace, likely);
    }
    return likely.find(({ egress }) => appliesTo(egress, pod.metadata.labels, labels));
  };
}
