import type { Facts } from './facts.ts';
import type { Family } from './family.ts';
import { maxSlots } from './names.ts';
import type { Ownership, Place } from './ownership.ts';
import type { NodePlan } from './plan.ts';
import { runningPods } from './running-pods.ts';
import { selector } from './selector.ts';

/** In `steering`: SNAT on this node. */
export const steerLocal = 'local';
/** In `steering`: the Egress has no node. */
export const steerDrop = 'drop';

type Ways = Pick<NodePlan, 'pods' | 'steering' | 'snat' | 'spread' | 'spreadSnat'>;

/**
 * The ways that pods take. An address that has no node takes no connection while another of the Egress and IP version
 * has one; where none has, the pod goes as it would with one address.
 */
export function podWays(
  owners: readonly Ownership[],
  facts: Facts,
  self: string,
  wayOut: (place: Place) => string | null,
): Ways {
  const [pods, steering, snat] = [new Set<string>(), new Map<string, string>(), new Map<string, string>()];
  const spread = new Map<string, readonly string[]>();
  const spreadSnat = new Map<string, readonly (string | null)[]>();
  const selecting = { 4: selector(owners, facts, 4), 6: selector(owners, facts, 6) };
  for (const { pod, ip, family } of runningPods(facts.pods)) {
    const isLocal = pod.spec?.nodeName === self;
    if (isLocal) pods.add(ip);
    const owner = selecting[family](pod);
    if (!owner) continue;
    const places = placesOf(owner, family);
    const [only] = places;
    if (places.length > 1 && places.some(({ node }) => node !== null)) {
      const ips = places.map((place) => (place.node === self ? place.ip : null));
      if (ips.some((address) => address !== null)) spreadSnat.set(ip, ips);
      if (isLocal)
        spread.set(
          ip,
          places.map((place) => (place.node === null ? steerDrop : (wayOut(place) ?? steerDrop))),
        );
    } else if (only) {
      if (only.node === self && only.ip !== null) snat.set(ip, only.ip);
      const way = isLocal ? wayOut(only) : null;
      if (way !== null) steering.set(ip, way);
    }
  }
  return { pods, steering, snat, spread, spreadSnat };
}

/** Addresses of an IP version, or that may come to be of it. */
function placesOf({ places }: Ownership, family: Family): Place[] {
  return places.filter((place) => place.family === family || place.family === null).slice(0, maxSlots);
}
