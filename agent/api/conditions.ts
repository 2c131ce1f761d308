import type { EgressCondition } from './egress.ts';

/** In the order in which they stand: Antrea's readers compare the first two, so that others come after. */
const order = ['IPAssigned', 'IPAllocated', 'Overlapped'] as const;

export type ConditionType = (typeof order)[number];

/** Conditions and messages as Antrea writes them, so that tools which read those keep working. */
export const allocated = (): EgressCondition =>
  condition('IPAllocated', 'Allocated', 'EgressIP is successfully allocated');

export const notAllocated = (why: string): EgressCondition =>
  condition('IPAllocated', 'AllocationError', `Cannot allocate EgressIP from ExternalIPPool: ${why}`);

export const assigned = (): EgressCondition =>
  condition('IPAssigned', 'Assigned', 'EgressIP is successfully assigned to EgressNode');

export const notAssigned = (why: string): EgressCondition =>
  condition('IPAssigned', 'AssignmentError', `Failed to assign the IP to EgressNode: ${why}`);

const namesTold = 5;

/** Antrea has no such condition. `winners` are names, oldest Egress first. */
export function overlapped(pods: number, winners: readonly string[]): EgressCondition {
  const names = winners.slice(0, namesTold).join(', ');
  const more = winners.length > namesTold ? ` and ${winners.length - namesTold} more` : '';
  const message = `${pods} selected ${pods === 1 ? 'Pod belongs' : 'Pods belong'} to older Egresses: ${names}${more}`;
  return condition('Overlapped', 'PodsSelectedByOlderEgress', message);
}

function condition(type: ConditionType, reason: string, message: string): EgressCondition {
  return { type, status: reason.endsWith('Error') ? 'False' : 'True', reason, message };
}

/**
 * The conditions with one replaced, added or (null) removed; the very same array when nothing changes. Keeps the time
 * of the last change of status.
 */
export function withCondition(
  conditions: readonly EgressCondition[],
  type: ConditionType,
  wanted: EgressCondition | null,
  now: string,
): readonly EgressCondition[] {
  const current = conditions.find((entry) => entry.type === type);
  if (!wanted) return current ? conditions.filter((entry) => entry !== current) : conditions;
  if (current && sameCondition(current, wanted)) return conditions;
  const since = current?.status === wanted.status ? (current?.lastTransitionTime ?? now) : now;
  const next = { ...wanted, lastTransitionTime: since };
  const others = conditions.filter((entry) => entry !== current);
  const place = (entry: EgressCondition): number => {
    const at = order.findIndex((known) => known === entry.type);
    return at === -1 ? order.length : at;
  };
  return [...others, next].sort((a, b) => place(a) - place(b));
}

function sameCondition(a: EgressCondition, b: EgressCondition): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}
