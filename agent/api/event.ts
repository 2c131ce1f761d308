import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../kube/object.ts';

/** Something that has happened to a cluster-scoped object, to be told once. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}

export interface EventContext {
  readonly regarding: KubeObject & { readonly apiVersion: string; readonly kind: string };
  readonly action: 'NodeAssignment' | 'IPAllocation' | 'NodeConfiguration';
  /** Which program tells, and which of its instances: the name of its node or host. */
  readonly controller: string;
  readonly instance: string;
}

/** The limit of events.k8s.io/v1 for a note. */
const maxNoteBytes = 1024;

/** An Event of events.k8s.io/v1. Events about cluster-scoped objects live in the namespace default. */
export function eventObject(
  { type, reason, note }: Happening,
  { regarding, action, controller, instance }: EventContext,
): KubeObject {
  const { apiVersion, kind, metadata } = regarding;
  const { name = '', uid } = metadata;
  const object = {
    metadata: { name: `${name}.${randomBytes(8).toString('hex')}`, namespace: 'default' },
    // MicroTime has six digits.
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    type,
    reason,
    action,
    note: Buffer.from(note).subarray(0, maxNoteBytes).toString(),
    regarding: { apiVersion, kind, name, uid },
    reportingController: controller,
    reportingInstance: instance,
  };
  return object;
}
