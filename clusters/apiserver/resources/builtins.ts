import { builtinSchema } from '../schema/definitions.ts';
import { builtinColumns } from '../table/builtin-columns.ts';
import { ALL_VERBS, groupVersion } from './definition.ts';
import type { Resource, ServedVersion, Strategy } from './definition.ts';
import {
  configMapStrategy,
  endpointSliceStrategy,
  leaseStrategy,
  namespaceStrategy,
  nodeStrategy,
  podStrategy,
  secretStrategy,
} from './core.ts';
import { crdStrategy } from './crd-strategy.ts';
import { decodeEventsV1, encodeEventsV1, eventStrategy } from './event.ts';
import { serviceStrategy } from './service.ts';
import { daemonSetStrategy, replicasStrategy } from './workloads.ts';
import { rbacStrategy } from './rbac.ts';
import { webhookConfigurationStrategy } from './webhook-configuration.ts';

interface Declaration {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: false;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly string[];
  readonly verbs?: readonly string[];
  readonly strategy?: Strategy;
  readonly storage?: string;
  readonly codec?: Pick<ServedVersion, 'decode' | 'encode'>;
}

const rbac = 'rbac.authorization.k8s.io';
const status = ['status'];
const all = ['all'];
const api = 'api-extensions';

const declarations: readonly Declaration[] = [
  {
    group: '',
    kind: 'Namespace',
    plural: 'namespaces',
    namespaced: false,
    short: ['ns'],
    subresources: ['status', 'finalize'],
    strategy: namespaceStrategy,
    verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
  },
  {
    group: '',
    kind: 'Node',
    plural: 'nodes',
    namespaced: false,
    short: ['no'],
    subresources: status,
    strategy: nodeStrategy,
  },
  {
    group: '',
    kind: 'Pod',
    plural: 'pods',
    short: ['po'],
    categories: all,
    subresources: ['status', 'log', 'exec', 'attach', 'binding', 'eviction'],
    strategy: podStrategy,
  },
  {
    group: '',
    kind: 'Service',
    plural: 'services',
    short: ['svc'],
    categories: all,
    subresources: status,
    strategy: serviceStrategy,
  },
  { group: '', kind: 'Endpoints', plural: 'endpoints', short: ['ep'], strategy: { createOnUpdate: true } },
  { group: '', kind: 'ConfigMap', plural: 'configmaps', short: ['cm'], strategy: configMapStrategy },
  { group: '', kind: 'Secret', plural: 'secrets', strategy: secretStrategy },
  { group: '', kind: 'ServiceAccount', plural: 'serviceaccounts', short: ['sa'], subresources: ['token'] },
  { group: '', kind: 'Event', plural: 'events', short: ['ev'], strategy: eventStrategy },
  {
    group: 'apps',
    kind: 'DaemonSet',
    plural: 'daemonsets',
    short: ['ds'],
    categories: all,
    subresources: status,
    strategy: daemonSetStrategy,
  },
  {
    group: 'apps',
    kind: 'Deployment',
    plural: 'deployments',
    short: ['deploy'],
    categories: all,
    subresources: ['status', 'scale'],
    strategy: replicasStrategy,
  },
  {
    group: 'apps',
    kind: 'ReplicaSet',
    plural: 'replicasets',
    short: ['rs'],
    categories: all,
    subresources: ['status', 'scale'],
    strategy: replicasStrategy,
  },
  {
    group: 'events.k8s.io',
    kind: 'Event',
    plural: 'events',
    short: ['ev'],
    strategy: eventStrategy,
    storage: 'events',
    codec: { decode: decodeEventsV1, encode: encodeEventsV1 },
  },
  { group: 'discovery.k8s.io', kind: 'EndpointSlice', plural: 'endpointslices', strategy: endpointSliceStrategy },
  { group: 'coordination.k8s.io', kind: 'Lease', plural: 'leases', strategy: leaseStrategy },
  { group: rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false, strategy: rbacStrategy },
  { group: rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false, strategy: rbacStrategy },
  { group: rbac, kind: 'Role', plural: 'roles', strategy: rbacStrategy },
  { group: rbac, kind: 'RoleBinding', plural: 'rolebindings', strategy: rbacStrategy },
  {
    group: 'apiextensions.k8s.io',
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    namespaced: false,
    short: ['crd', 'crds'],
    categories: [api],
    subresources: status,
    strategy: crdStrategy,
  },
  {
    group: 'admissionregistration.k8s.io',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
    categories: [api],
    strategy: webhookConfigurationStrategy,
  },
  {
    group: 'authorization.k8s.io',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    verbs: ['create'],
  },
  {
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    namespaced: false,
    verbs: ['create'],
  },
];

/** Kinds that users name with the same selector everywhere. */
const nameOnly: Strategy = {};

function define(declaration: Declaration): Resource {
  const { group, kind, plural, short, categories, subresources, verbs, strategy, storage, codec } = declaration;
  return {
    group,
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    shortNames: short ?? [],
    categories: categories ?? [],
    namespaced: declaration.namespaced ?? true,
    storage: storage ?? (group === '' ? plural : `${plural}.${group}`),
    builtin: true,
    verbs: verbs ?? ALL_VERBS,
    strategy: strategy ?? nameOnly,
    versions: [
      {
        name: 'v1',
        schema: builtinSchema(groupVersion(group, 'v1'), kind),
        subresources: new Set(subresources),
        columns: builtinColumns(kind),
        ...codec,
      },
    ],
  };
}

export const builtinResources = (): Resource[] => declarations.map(define);
