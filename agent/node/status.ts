import { assigned, notAssigned, withCondition } from '../api/conditions.ts';
import type { Egress, EgressStatus } from '../api/egress.ts';
import type { Happening } from '../api/event.ts';
import { HashRing } from './consistent-hash.ts';
import type { Ownership } from './ownership.ts';

export interface StatusChange {
  readonly status: EgressStatus;
  /** In the words of Antrea's events; for a failure, which Antrea does not tell, in those of the condition. */
  readonly events: readonly Happening[];
}

/**
 * What this node has to write into the status of an Egress; null when it is not for this node, or right already. The
 * owner writes that it has the address and that it has given it up. About an address that nobody owns, one node reports.
 */
export function statusChange(
  egress: Egress,
  entry: Ownership,
  self: { readonly name: string; readonly holds: boolean; readonly reports: boolean },
  now: string,
): StatusChange | null {
  const current = egress.status ?? {};
  const wasHere = current.egressNode === self.name;
  const unassigned = wasHere && current.egressIP ? [unassignedEvent(egress, current.egressIP, self.name)] : [];
  const conditions = current.conditions ?? [];
  if (entry.node === self.name && self.holds && entry.ip !== null) {
    const next = withCondition(conditions, 'IPAssigned', entry.pooled ? assigned() : null, now);
    if (wasHere && current.egressIP === entry.ip)
      return next === conditions ? null : { status: withIP(next, entry.ip, self.name), events: [] };
    return {
      status: withIP(next, entry.ip, self.name),
      events: [...unassigned, assignedEvent(egress, entry.ip, self.name)],
    };
  }
  if (entry.node !== null) return wasHere ? { status: withIP(conditions, '', ''), events: unassigned } : null;
  if (!wasHere && !self.reports) return null;
  const next = withCondition(conditions, 'IPAssigned', entry.why === null ? null : notAssigned(entry.why), now);
  const isCleared = !current.egressNode && !current.egressIP;
  // Whoever clears the status tells of it, be it the node that had the address or the one that reports for a lost node.
  const events =
    current.egressNode && current.egressIP ? [unassignedEvent(egress, current.egressIP, current.egressNode)] : [];
  if (entry.pooled && entry.why !== null && next !== conditions) events.push(failureEvent(entry.why));
  return isCleared && next === conditions ? null : { status: withIP(next, '', ''), events };
}

/** The one node that reports on an address that nobody owns; every node chooses the same. */
export function reporterOf(entry: Ownership, alive: Iterable<string>): string | null {
  return new HashRing(alive).find(entry.egress.spec.egressIP ?? entry.egress.metadata.name ?? '');
}

function withIP(
  conditions: EgressStatus['conditions'] | readonly object[],
  egressIP: string,
  egressNode: string,
): EgressStatus {
  return { egressNode, egressIP, conditions: [...((conditions ?? []) as NonNullable<EgressStatus['conditions']>)] };
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

function failureEvent(why: string): Happening {
  const { reason = '', message = '' } = notAssigned(why);
  return { type: 'Warning', reason, note: message };
}
