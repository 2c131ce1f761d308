import type { Facts } from './facts.ts';
import type { Family } from './family.ts';
import { maxSlots } from './names.ts';
import type { Ownership, Place } from './ownership.ts';
import type { NodePlan } from './plan.ts';
import { RunningPods } from './running-pods.ts';
import { Selections } from './selections.ts';

/** In `steering`: SNAT on this node. */
export const steerLocal = 'local';
/** In `steering`: the Egress has no node. */
export const steerDrop = 'drop';

type Ways = Pick<NodePlan, 'pods' | 'steering' | 'snat' | 'spread' | 'spreadSnat'>;

/** What one plan keeps for the next, so that it has less to do. */
export class PlanMemory {
  readonly pods = new RunningPods();
  readonly selections = new Selections();
}

/**
 * The ways that pods take. An address that has no node takes no connection while another of the Egress and IP version
 * has one; where none has, the pod goes as it would with one address.
 */
export function podWays(
  owners: readonly Ownership[],
  facts: Facts,
  self: string,
  memory: PlanMemory,
  wayOut: (place: Place) => string | null,
): Ways {
  const [pods, steering, snat] = [new Set<string>(), new Map<string, string>(), new Map<string, string>()];
  const spread = new Map<string, readonly string[]>();
  const spreadSnat = new Map<string, readonly (string | null)[]>();
  const choose = memory.selections.of(owners, facts.namespaces);
  const outlooks = { 4: new Map<number, Outlook>(), 6: new Map<number, Outlook>() };
  for (const address of memory.pods.of(facts.pods)) {
    const { ip, pod, family } = address;
    const isLocal = pod.spec?.nodeName === self;
    if (isLocal) pods.add(ip);
    const chosen = choose(address);
    const owner = owners[chosen];
    if (!owner) continue;
    let outlook = outlooks[family].get(chosen);
    if (!outlook) outlooks[family].set(chosen, (outlook = outlookOf(owner, family, self, wayOut)));
    if (outlook.snat !== null) snat.set(ip, outlook.snat);
    if (outlook.spreadSnat !== null) spreadSnat.set(ip, outlook.spreadSnat);
    if (!isLocal) continue;
    if (outlook.way !== null) steering.set(ip, outlook.way);
    if (outlook.spread !== null) spread.set(ip, outlook.spread);
  }
  return { pods, steering, snat, spread, spreadSnat };
}

/** What all pods of an Egress have in one IP version; null where they have nothing of it. */
interface Outlook {
  readonly way: string | null;
  readonly snat: string | null;
  readonly spread: readonly string[] | null;
  readonly spreadSnat: readonly (string | null)[] | null;
}

function outlookOf(owner: Ownership, family: Family, self: string, wayOut: (place: Place) => string | null): Outlook {
  // Addresses of the IP version, or that may come to be of it.
  const places = owner.places.filter((place) => (place.family ?? family) === family).slice(0, maxSlots);
  const here = places.map((place) => (place.node === self ? place.ip : null));
  const [only] = places;
  if (places.length < 2 || places.every(({ node }) => node === null))
    return { way: only ? wayOut(only) : null, snat: here[0] ?? null, spread: null, spreadSnat: null };
  return {
    way: null,
    snat: null,
    spread: places.map((place) => (place.node === null ? steerDrop : (wayOut(place) ?? steerDrop))),
    spreadSnat: here.some((ip) => ip !== null) ? here : null,
  };
}
