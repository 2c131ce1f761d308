import type { EgressCondition } from './egress.ts';

export type ConditionType = 'IPAllocated' | 'IPAssigned';

/** Conditions and messages as Antrea writes them, so that tools which read those keep working. */
export const allocated = (): EgressCondition =>
  condition('IPAllocated', 'Allocated', 'EgressIP is successfully allocated');

export const notAllocated = (why: string): EgressCondition =>
  condition('IPAllocated', 'AllocationError', `Cannot allocate EgressIP from ExternalIPPool: ${why}`);

export const assigned = (): EgressCondition =>
  condition('IPAssigned', 'Assigned', 'EgressIP is successfully assigned to EgressNode');

export const notAssigned = (why: string): EgressCondition =>
  condition('IPAssigned', 'AssignmentError', `Failed to assign the IP to EgressNode: ${why}`);

function condition(type: ConditionType, reason: string, message: string): EgressCondition {
  return { type, status: reason.endsWith('Error') ? 'False' : 'True', reason, message };
}

/**
 * The conditions with one replaced, added or (null) removed; the very same array when nothing changes. Keeps the time
 * of the last change of status, and the order IPAssigned before IPAllocated, which Antrea's readers compare.
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
  return type === 'IPAssigned' ? [next, ...others] : [...others, next];
}

function sameCondition(a: EgressCondition, b: EgressCondition): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}
