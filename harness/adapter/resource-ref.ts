import type { KubeObject, ResourceRef } from '../../agent/kube/object.ts';

const clusterScoped = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'Egress',
  'ExternalIPPool',
]);

/** The collection of an object of a manifest. The plural is the regular one, as it is for every kind of our manifests. */
export function resourceRefOf({ apiVersion = 'v1', kind = '' }: KubeObject): ResourceRef {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const lower = kind.toLowerCase();
  const plural = /(s|ss|sh|ch|x)$/.test(lower) ? `${lower}es` : `${lower}s`;
  return { group, version: version ?? 'v1', plural, kind, namespaced: !clusterScoped.has(kind) };
}
