import type { KubeObject, ResourceRef } from '../kube/object.ts';
import { egressSpecSchema, egressStatusSchema, egresses } from './egress.ts';
import { externalIPPoolSpecSchema, externalIPPoolStatusSchema, externalIPPools } from './external-ip-pool.ts';
import type { Schema } from './schema.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope: 'Cluster' | 'Namespaced';
    readonly names: {
      readonly plural: string;
      readonly singular: string;
      readonly kind: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly subresources: { readonly status: Record<string, never> };
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

function definition(
  resource: ResourceRef,
  shortName: string,
  schema: { readonly description: string; readonly spec: Schema; readonly status: Schema },
  columns: readonly PrinterColumn[],
): CustomResourceDefinition {
  const { group, version, plural, kind } = resource;
  const { description, spec, status } = schema;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/part-of': 'egressproof' } },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, shortNames: [shortName] },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: columns,
          schema: {
            openAPIV3Schema: { type: 'object', description, required: ['spec'], properties: { spec, status } },
          },
        },
      ],
    },
  };
}

const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const egressDefinition = definition(
  egresses,
  'eg',
  {
    description: 'Egress gives the traffic of the selected pods to outside the cluster a source address of its own.',
    spec: egressSpecSchema,
    status: egressStatusSchema,
  },
  [
    {
      name: 'EgressIP',
      type: 'string',
      jsonPath: '.status.egressIP',
      description: 'The effective source address of the selected pods.',
    },
    age,
    { name: 'Node', type: 'string', jsonPath: '.status.egressNode', description: 'The Node that owns the Egress IP.' },
  ],
);

const externalIPPoolDefinition = definition(
  externalIPPools,
  'eip',
  {
    description: 'ExternalIPPool is a set of addresses for Egresses and the Nodes that may own them.',
    spec: externalIPPoolSpecSchema,
    status: externalIPPoolStatusSchema,
  },
  [
    { name: 'Total', type: 'integer', jsonPath: '.status.usage.total', description: 'Addresses of the pool.' },
    { name: 'Used', type: 'integer', jsonPath: '.status.usage.used', description: 'Addresses given out.' },
    age,
  ],
);

export const customResourceDefinitions: readonly CustomResourceDefinition[] = [
  egressDefinition,
  externalIPPoolDefinition,
];
