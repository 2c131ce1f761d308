import { assigned, notAssigned, withCondition } from '../api/conditions.ts';
import { egressAddresses } from '../api/egress.ts';
import type { Egress, EgressCondition, EgressStatus } from '../api/egress.ts';
import type { Happening } from '../api/event.ts';
import { canonicalAddress } from '../base/ip-range.ts';
import { assignmentsOf } from './assignments.ts';
import { HashRing } from './consistent-hash.ts';
import type { Ownership, Place } from './ownership.ts';

export interface StatusChange {
  readonly status: EgressStatus;
  /** In the words of Antrea's events; for a failure, which Antrea does not tell, in those of the condition. */
  readonly events: readonly Happening[];
}

/** The part of a node in the status of an Egress. */
export interface Reporter {
  readonly name: string;
  /** Whether the node has the address, and may say so. */
  readonly holds: (ip: string) => boolean;
  /** Whether it speaks for addresses that nobody owns. */
  readonly reports: boolean;
}

/**
 * What this node has to write into the status of an Egress; null when it is not for this node, or right already. The
 * owner of an address writes that it has it and that it has given it up. About one that nobody owns, one node reports.
 */
export function statusChange(egress: Egress, { places }: Ownership, self: Reporter, now: string): StatusChange | null {
  const before = assignmentsOf(egress);
  const here = places.flatMap(({ ip, node }) => (ip !== null && node === self.name && self.holds(ip) ? [ip] : []));
  const isReported = self.reports && places.some(({ node }) => node === null);
  if (here.length === 0 && ![...before.values()].includes(self.name) && !isReported) return null;
  const after = new Map(
    places.flatMap(({ ip, node }): [string, string][] => {
      const listed = ip === null ? undefined : before.get(ip);
      if (ip === null) return [];
      if (here.includes(ip)) return [[ip, self.name]];
      const isGone = node === null ? self.reports || listed === self.name : listed === self.name && node !== self.name;
      return listed === undefined || isGone ? [] : [[ip, listed]];
    }),
  );
  const conditions = egress.status?.conditions ?? [];
  const wanted = wantedCondition(places, after);
  const next = wanted === undefined ? conditions : withCondition(conditions, 'IPAssigned', wanted, now);
  const status = statusOf(places, after, next, egress.status);
  if (next === conditions && isSame(status, egress.status)) return null;
  const events = [
    // Whoever clears the status tells of it, be it the node that had the address or the one that reports for a lost node.
    ...[...before].filter(([ip]) => !after.has(ip)).map(([ip, node]) => unassignedEvent(egress, ip, node)),
    ...here.filter((ip) => before.get(ip) !== self.name).map((ip) => assignedEvent(egress, ip, self.name)),
    ...(next !== conditions && wanted?.status === 'False' && places.some(({ pooled }) => pooled)
      ? [failureEvent(wanted)]
      : []),
  ];
  return { status, events };
}

/** What the condition IPAssigned has to be; null for none, undefined while it is on its way. */
function wantedCondition(
  places: readonly Place[],
  after: ReadonlyMap<string, string>,
): EgressCondition | null | undefined {
  const failed = places.find(({ why }) => why !== null);
  if (failed?.why)
    return notAssigned(places.length > 1 && failed.pooled ? `${failed.why} for ${failed.ip}` : failed.why);
  if (places.some(({ ip, node }) => node !== null && ip !== null && !after.has(ip))) return undefined;
  return places.some(({ pooled }) => pooled) && after.size > 0 ? assigned() : null;
}

/** `egressIP` and `egressNode` are the first address; all are told where there are several. */
function statusOf(
  places: readonly Place[],
  after: ReadonlyMap<string, string>,
  conditions: readonly EgressCondition[],
  current: EgressStatus | undefined,
): EgressStatus {
  const first = places[0]?.ip ?? '';
  const isTold = places.length > 1 || (current?.assignments?.length ?? 0) > 0;
  return {
    egressNode: after.get(first) ?? '',
    egressIP: after.has(first) ? first : '',
    ...(isTold ? { assignments: places.length > 1 ? [...after].map(([ip, node]) => ({ ip, node })) : [] } : {}),
    conditions: [...conditions],
  };
}

function isSame(status: EgressStatus, current: EgressStatus = {}): boolean {
  const parts = ({ egressNode = '', egressIP = '', assignments = [] }: EgressStatus): string =>
    JSON.stringify([egressNode, canonicalAddress(egressIP), assignments]);
  return parts(status) === parts(current);
}

/** The one node that reports on addresses that nobody owns; every node chooses the same. */
export function reporterOf({ egress }: Ownership, alive: Iterable<string>): string | null {
  return HashRing.of(alive).find(egressAddresses(egress)[0]?.ip ?? egress.metadata.name ?? '');
}

function assignedEvent(egress: Egress, ip: string, node: string): Happening {
  return {
    type: 'Normal',
    reason: 'IPAssigned',
    note: `Assigned Egress ${egress.metadata.name} with IP ${ip} on Node ${node}`,
  };
}

function unassignedEvent(egress: Egress, ip: string, node: string): Happening {
  return {
    type: 'Normal',
    reason: 'IPUnassigned',
    note: `Unassigned Egress ${egress.metadata.name} with IP ${ip} from Node ${node}`,
  };
}

function failureEvent({ reason = '', message = '' }: EgressCondition): Happening {
  return { type: 'Warning', reason, note: message };
}
