import type { KubeObject, ObjectMeta, ResourceRef } from '../kube/object.ts';
import { labelSelectorSchema, selectorMatches } from './label-selector.ts';
import { ipAddress } from './schema.ts';
import type { ValueOf } from './schema.ts';

export const egresses: ResourceRef = {
  group: 'crd.antrea.io',
  version: 'v1beta1',
  plural: 'egresses',
  kind: 'Egress',
  namespaced: false,
};

/** Field for field the v1beta1 Egress of Antrea, so that its manifests work unchanged. */
export const egressSpecSchema = {
  type: 'object',
  required: ['appliedTo'],
  oneOf: [
    { anyOf: [{ required: ['egressIP'] }, { required: ['externalIPPool'] }] },
    { anyOf: [{ required: ['egressIPs'] }, { required: ['externalIPPools'] }] },
  ],
  properties: {
    appliedTo: {
      type: 'object',
      description:
        'The pods whose traffic to the outside leaves with the Egress IP. Both selectors must match; an empty appliedTo selects nothing.',
      properties: {
        podSelector: {
          ...labelSelectorSchema,
          description: 'Pods by their labels, in all namespaces unless namespaceSelector is set.',
        },
        namespaceSelector: {
          ...labelSelectorSchema,
          description: 'Namespaces by their labels; all their pods unless podSelector is set.',
        },
      },
    },
    egressIP: {
      ...ipAddress,
      description:
        'The source address. With externalIPPool it is taken from the pool if empty; without, a Node must have it configured.',
    },
    egressIPs: {
      type: 'array',
      description: 'Reserved for Egresses with several addresses.',
      items: { type: 'string', oneOf: [{ maxLength: 0 }, { format: 'ipv4' }, { format: 'ipv6' }] },
    },
    externalIPPool: {
      type: 'string',
      description: 'The ExternalIPPool that the address is taken from, and whose Nodes may own it.',
    },
    externalIPPools: {
      type: 'array',
      description: 'Reserved for Egresses with several addresses.',
      items: { type: 'string' },
    },
    bandwidth: {
      type: 'object',
      description: 'Limit of the traffic of this Egress, in bits per second as Kubernetes quantities.',
      required: ['rate', 'burst'],
      properties: { rate: { type: 'string' }, burst: { type: 'string' } },
    },
  },
} as const;

export const egressStatusSchema = {
  type: 'object',
  properties: {
    egressNode: { type: 'string', description: 'The Node that holds the Egress IP.' },
    egressIP: { type: 'string', description: 'The effective source address; empty while it is on no Node.' },
    conditions: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          type: { type: 'string' },
          status: { type: 'string' },
          lastTransitionTime: { type: 'string' },
          reason: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
} as const;

export type EgressSpec = ValueOf<typeof egressSpecSchema>;
export type EgressStatus = ValueOf<typeof egressStatusSchema>;
export type EgressCondition = NonNullable<EgressStatus['conditions']>[number];

export interface Egress extends KubeObject {
  readonly spec: EgressSpec;
  readonly status?: EgressStatus;
}

/** Whether the Egress selects pods with these labels in a namespace with those. */
export function appliesTo(
  egress: Egress,
  podLabels: ObjectMeta['labels'],
  namespaceLabels: ObjectMeta['labels'],
): boolean {
  const { podSelector, namespaceSelector } = egress.spec.appliedTo;
  if (!podSelector && !namespaceSelector) return false;
  return (
    (!podSelector || selectorMatches(podSelector, podLabels)) &&
    (!namespaceSelector || selectorMatches(namespaceSelector, namespaceLabels))
  );
}

/** Whether the Egress can select pods of a namespace with these labels. */
export function selectsNamespace(egress: Egress, namespaceLabels: ObjectMeta['labels']): boolean {
  const { namespaceSelector } = egress.spec.appliedTo;
  return !namespaceSelector || selectorMatches(namespaceSelector, namespaceLabels);
}

/** Oldest first, then by name: the order in which Egresses get addresses, capacity and pods. */
export function byAge(a: KubeObject, b: KubeObject): number {
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (ageA !== ageB) return ageA < ageB ? -1 : 1;
  const [nameA, nameB] = [a.metadata.name ?? '', b.metadata.name ?? ''];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}
