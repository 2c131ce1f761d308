import type { KubeObject, ObjectMeta, ResourceRef } from '../kube/object.ts';
import { canonicalAddress } from '../base/ip-range.ts';
import { labelSelectorSchema, selectorMatches } from './label-selector.ts';
import { ipAddress, maxAddressLength, sourceAddressRules } from './schema.ts';
import type { ValueOf } from './schema.ts';

export const egresses: ResourceRef = {
  group: 'crd.antrea.io',
  version: 'v1beta1',
  plural: 'egresses',
  kind: 'Egress',
  namespaced: false,
};

/** Addresses of one Egress; bounds what validation may cost. */
const maxAddresses = 16;

/** Field for field the v1beta1 Egress of Antrea, so that its manifests work unchanged. */
export const egressSpecSchema = {
  type: 'object',
  required: ['appliedTo'],
  oneOf: [
    { anyOf: [{ required: ['egressIP'] }, { required: ['externalIPPool'] }] },
    { anyOf: [{ required: ['egressIPs'] }, { required: ['externalIPPools'] }] },
  ],
  'x-kubernetes-validations': [
    {
      rule: '!has(self.egressIPs) || !has(self.externalIPPools) || size(self.egressIPs) <= size(self.externalIPPools)',
      message: 'must not have more entries than externalIPPools: egressIPs[i] is an address of externalIPPools[i]',
      fieldPath: '.egressIPs',
    },
    {
      rule: "has(self.externalIPPools) || !has(self.egressIPs) || size(self.egressIPs) > 0 && self.egressIPs.all(address, address != '')",
      message: 'must name its addresses where there are no externalIPPools to take them from',
      fieldPath: '.egressIPs',
    },
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
      maxLength: maxAddressLength,
      'x-kubernetes-validations': sourceAddressRules,
      description:
        'The source address. With externalIPPool it is taken from the pool if empty; without, a Node must have it configured.',
    },
    egressIPs: {
      type: 'array',
      description:
        'Several source addresses. With externalIPPools, each is of the pool at the same place, and taken from there if empty or missing; without, Nodes must have them configured.',
      maxItems: maxAddresses,
      items: {
        type: 'string',
        maxLength: maxAddressLength,
        oneOf: [{ maxLength: 0 }, { format: 'ipv4' }, { format: 'ipv6' }],
        'x-kubernetes-validations': sourceAddressRules,
      },
      'x-kubernetes-validations': [
        {
          rule: 'self.all(a, !isIP(a) || self.exists_one(b, isIP(b) && ip(a) == ip(b)))',
          message: 'must not name an address twice',
        },
      ],
    },
    externalIPPool: {
      type: 'string',
      description: 'The ExternalIPPool that the address is taken from, and whose Nodes may own it.',
    },
    externalIPPools: {
      type: 'array',
      description:
        'The ExternalIPPool of each address of egressIPs, one address for each entry; a pool may be named more than once.',
      minItems: 1,
      maxItems: maxAddresses,
      items: { type: 'string', minLength: 1, maxLength: 253 },
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
    egressNode: { type: 'string', description: 'The Node that holds the Egress IP; of several, the first.' },
    egressIP: {
      type: 'string',
      description: 'The effective source address, of several the first; empty while it is on no Node.',
    },
    assignments: {
      type: 'array',
      description: 'Of an Egress with several addresses, those that are on a Node.',
      items: {
        type: 'object',
        required: ['ip', 'node'],
        properties: { ip: { type: 'string' }, node: { type: 'string' } },
      },
    },
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

/** One source address of an Egress. */
export interface EgressAddress {
  /** Canonical text; null while it is not allocated. */
  readonly ip: string | null;
  /** The name of the ExternalIPPool that it comes from; null when somebody configures it on a Node (static). */
  readonly pool: string | null;
}

/** The addresses of an Egress in their order, be it written for one (`egressIP`, `externalIPPool`) or for several. */
export function egressAddresses({ spec }: Egress): EgressAddress[] {
  const { egressIP = '', externalIPPool = '', egressIPs = [], externalIPPools = [] } = spec;
  const isList = egressIPs.length > 0 || externalIPPools.length > 0;
  const [ips, pools] = isList ? [egressIPs, externalIPPools] : [[egressIP], [externalIPPool]];
  return Array.from({ length: Math.max(ips.length, pools.length) }, (_, i) => ({
    ip: canonicalAddress(ips[i] ?? ''),
    pool: pools[i] || null,
  }));
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
