import { randomUUID } from 'node:crypto';
import { now } from '../object.ts';
import type { ApiObject } from '../object.ts';
import { objectKey } from '../resources/definition.ts';
import type { ApiState } from '../state.ts';

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

interface Facts {
  readonly ca: string;
  /** host:port of this server. */
  readonly advertise: string;
  /** The cluster address of the service `kubernetes`. */
  readonly serviceAddress: string;
}

/** Puts an object of the system in place, past admission. */
function seed(
  state: ApiState,
  storage: string,
  object: Record<string, unknown>,
  name: string,
  namespace?: string,
): void {
  const full = {
    ...object,
    metadata: {
      ...(object['metadata'] as object | undefined),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      creationTimestamp: now(),
    },
  } as unknown as ApiObject;
  state.store.put(storage, objectKey(namespace, name), full);
}

/** What every cluster starts with. */
export function bootstrap(state: ApiState, { ca, advertise, serviceAddress }: Facts): void {
  for (const name of systemNamespaces) {
    const labels = { 'kubernetes.io/metadata.name': name };
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { labels },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    };
    seed(state, 'namespaces', namespace, name);
    furnish(state, name, ca);
  }
  publishItself(state, advertise, serviceAddress);
}

/** What every namespace has. */
export function furnish(state: ApiState, namespace: string, ca: string): void {
  if (!state.find('serviceaccounts', namespace, 'default')) {
    seed(state, 'serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount' }, 'default', namespace);
  }
  if (state.find('configmaps', namespace, 'kube-root-ca.crt')) return;
  const annotations = {
    'kubernetes.io/description':
      'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
  };
  seed(
    state,
    'configmaps',
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { annotations }, data: { 'ca.crt': ca } },
    'kube-root-ca.crt',
    namespace,
  );
}

/** The service `kubernetes` and where it leads. */
function publishItself(state: ApiState, advertise: string, serviceAddress: string): void {
  const ip = advertise.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const port = Number(/:(\d+)$/.exec(advertise)?.[1] ?? 6443);
  const family = ip.includes(':') ? 'IPv6' : 'IPv4';
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const spec = {
    clusterIP: serviceAddress,
    clusterIPs: [serviceAddress],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: [serviceAddress.includes(':') ? 'IPv6' : 'IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  };
  seed(
    state,
    'services',
    { apiVersion: 'v1', kind: 'Service', metadata: { labels }, spec, status: { loadBalancer: {} } },
    'kubernetes',
    'default',
  );
  const subsets = [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }];
  const skipMirror = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  seed(
    state,
    'endpoints',
    { apiVersion: 'v1', kind: 'Endpoints', metadata: { labels: skipMirror }, subsets },
    'kubernetes',
    'default',
  );
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generation: 1, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: family,
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  seed(state, 'endpointslices.discovery.k8s.io', slice, 'kubernetes', 'default');
}
