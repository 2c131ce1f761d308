import { randomBytes } from 'node:crypto';
import { egresses } from '../api/egress.ts';
import type { Egress } from '../api/egress.ts';
import { isConflict, isNotFound } from '../kube/error.ts';
import { events } from '../kube/object.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Kube } from '../kube/types.ts';
import type { EgressEvent, StatusChange } from './status.ts';

/** Writes a status, unless the Egress has changed since: then the change itself leads to another try. */
export async function writeStatus(kube: Kube, egress: Egress, change: StatusChange, node: string): Promise<void> {
  const { name = '', resourceVersion } = egress.metadata;
  const patch = { metadata: { resourceVersion }, status: change.status };
  try {
    await kube.patch(egresses, name, patch, { type: 'merge', subresource: 'status' });
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return;
    throw error;
  }
  for (const event of change.events) await kube.create(events, eventObject(egress, event, node));
}

/** Events about cluster-scoped objects live in the namespace default. */
function eventObject(egress: Egress, event: EgressEvent, node: string): KubeObject {
  const { name = '', uid } = egress.metadata;
  const object = {
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace: 'default' },
    // MicroTime has six digits.
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    type: 'Normal',
    reason: event.reason,
    action: 'NodeAssignment',
    note: event.note,
    regarding: { apiVersion: 'crd.antrea.io/v1beta1', kind: 'Egress', name, uid },
    reportingController: 'egressproof-agent',
    reportingInstance: node,
  };
  return object;
}
