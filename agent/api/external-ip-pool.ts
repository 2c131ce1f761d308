import type { KubeObject, ResourceRef } from '../kube/object.ts';
import { labelSelectorSchema } from './label-selector.ts';
import { ipAddress } from './schema.ts';
import type { ValueOf } from './schema.ts';

export const externalIPPools: ResourceRef = {
  group: 'crd.antrea.io',
  version: 'v1beta1',
  plural: 'externalippools',
  kind: 'ExternalIPPool',
  namespaced: false,
};

/** Field for field the v1beta1 ExternalIPPool of Antrea. */
export const externalIPPoolSpecSchema = {
  type: 'object',
  required: ['ipRanges', 'nodeSelector'],
  properties: {
    ipRanges: {
      type: 'array',
      description: 'The addresses of the pool, given out from the lowest of the first range on.',
      items: {
        type: 'object',
        oneOf: [{ required: ['cidr'] }, { required: ['start', 'end'] }],
        properties: {
          cidr: {
            type: 'string',
            format: 'cidr',
            description: 'Without the network address, and for IPv4 the broadcast address.',
          },
          start: { ...ipAddress, description: 'First address, inclusive.' },
          end: { ...ipAddress, description: 'Last address, inclusive.' },
        },
      },
    },
    subnetInfo: {
      type: 'object',
      description: 'The subnet of the addresses where it is not that of the Nodes.',
      required: ['gateway', 'prefixLength'],
      properties: {
        gateway: ipAddress,
        prefixLength: { type: 'integer', minimum: 1, maximum: 127 },
        vlan: { type: 'integer', minimum: 0, maximum: 4094 },
      },
    },
    nodeSelector: {
      ...labelSelectorSchema,
      description: 'The Nodes that may own addresses of the pool; empty selects all.',
    },
  },
} as const;

export const externalIPPoolStatusSchema = {
  type: 'object',
  properties: {
    usage: {
      type: 'object',
      properties: { total: { type: 'integer' }, used: { type: 'integer' } },
    },
  },
} as const;

export type ExternalIPPoolSpec = ValueOf<typeof externalIPPoolSpecSchema>;
export type IPRange = ExternalIPPoolSpec['ipRanges'][number];

export interface ExternalIPPool extends KubeObject {
  readonly spec: ExternalIPPoolSpec;
  readonly status?: ValueOf<typeof externalIPPoolStatusSchema>;
}
