import { egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { eventObject } from '../api/event.ts';
import type { EventContext, Happening } from '../api/event.ts';
import { isConflict, isNotFound } from '../kube/error.ts';
import { events } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';
import type { StatusChange } from './status.ts';

/** Writes a status; false when the Egress has changed since: then the change itself leads to another try. */
export async function writeStatus(kube: Kube, egress: Egress, change: StatusChange, node: string): Promise<boolean> {
  const { name = '', resourceVersion } = egress.metadata;
  const patch = { metadata: { resourceVersion }, status: change.status };
  try {
    await kube.patch(egresses, name, patch, { type: 'merge', subresource: 'status' });
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    throw error;
  }
  const regarding = { ...egress, apiVersion: 'crd.antrea.io/v1beta1', kind: 'Egress' };
  for (const event of change.events) await tell(kube, event, { regarding, action: 'NodeAssignment', node });
  return true;
}

/** Creates an event. */
export async function tell(
  kube: Kube,
  event: Happening,
  { node, ...context }: Omit<EventContext, 'controller' | 'instance'> & { readonly node: string },
): Promise<void> {
  await kube.create(events, eventObject(event, { ...context, controller: 'egressproof-agent', instance: node }));
}
