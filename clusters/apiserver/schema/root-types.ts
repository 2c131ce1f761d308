/** The kinds served, by group version: names of client-node's models. Core first: a shared type belongs to the group that uses it first. */
export const rootTypes: readonly {
  readonly groupVersion: string;
  readonly pkg: string;
  readonly models: readonly string[];
}[] = [
  {
    groupVersion: 'v1',
    pkg: 'io.k8s.api.core.v1',
    models: [
      'V1Namespace',
      'V1Node',
      'V1Pod',
      'V1Service',
      'V1Endpoints',
      'V1ConfigMap',
      'V1Secret',
      'V1ServiceAccount',
      'CoreV1Event',
      'V1Binding',
      'V1Status',
      'V1DeleteOptions',
    ],
  },
  { groupVersion: 'policy/v1', pkg: 'io.k8s.api.policy.v1', models: ['V1Eviction'] },
  { groupVersion: 'autoscaling/v1', pkg: 'io.k8s.api.autoscaling.v1', models: ['V1Scale'] },
  { groupVersion: 'apps/v1', pkg: 'io.k8s.api.apps.v1', models: ['V1DaemonSet', 'V1Deployment', 'V1ReplicaSet'] },
  { groupVersion: 'discovery.k8s.io/v1', pkg: 'io.k8s.api.discovery.v1', models: ['V1EndpointSlice'] },
  { groupVersion: 'coordination.k8s.io/v1', pkg: 'io.k8s.api.coordination.v1', models: ['V1Lease'] },
  { groupVersion: 'events.k8s.io/v1', pkg: 'io.k8s.api.events.v1', models: ['EventsV1Event'] },
  {
    groupVersion: 'rbac.authorization.k8s.io/v1',
    pkg: 'io.k8s.api.rbac.v1',
    models: ['V1Role', 'V1RoleBinding', 'V1ClusterRole', 'V1ClusterRoleBinding'],
  },
  {
    groupVersion: 'apiextensions.k8s.io/v1',
    pkg: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
    models: ['V1CustomResourceDefinition'],
  },
  {
    groupVersion: 'admissionregistration.k8s.io/v1',
    pkg: 'io.k8s.api.admissionregistration.v1',
    models: ['V1ValidatingWebhookConfiguration'],
  },
  {
    groupVersion: 'authorization.k8s.io/v1',
    pkg: 'io.k8s.api.authorization.v1',
    models: ['V1SelfSubjectAccessReview'],
  },
  { groupVersion: 'authentication.k8s.io/v1', pkg: 'io.k8s.api.authentication.v1', models: ['V1SelfSubjectReview'] },
];
