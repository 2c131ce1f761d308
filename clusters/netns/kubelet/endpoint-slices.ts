import { isIPv6 } from 'node:net';
import type { Endpoint, EndpointSlice, Pod, Service, ServicePort } from './objects.ts';

/** The label that says who keeps a slice, and what this controller says there. */
export const managedBy = 'endpointslice.kubernetes.io/managed-by';
export const sliceController = 'endpointslice-controller.k8s.io';

/** The slices of a Service with a selector, one of each of its families; none where users manage endpoints themselves. */
export function planEndpointSlices(service: Service, pods: readonly Pod[]): EndpointSlice[] {
  const selector = service.spec.selector;
  if (!selector || Object.keys(selector).length === 0 || service.spec.type === 'ExternalName') return [];
  const namespace = service.metadata.namespace ?? 'default';
  const backends = pods
    .filter((pod) => (pod.metadata.namespace ?? 'default') === namespace && isBackend(pod, selector))
    .sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
  const { ipFamilies = ['IPv4'] } = service.spec;
  return ipFamilies.map((family) => sliceOf(service, namespace, backends, family));
}

function sliceOf(
  service: Service,
  namespace: string,
  backends: readonly Pod[],
  family: 'IPv4' | 'IPv6',
): EndpointSlice {
  const name = service.metadata.name ?? '';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${family.toLowerCase()}`,
      namespace,
      labels: {
        'kubernetes.io/service-name': name,
        [managedBy]: sliceController,
      },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid: service.metadata.uid ?? '', controller: true }],
    },
    addressType: family,
    endpoints: backends.flatMap((pod) => {
      const address = pod.status?.podIPs?.find(({ ip }) => isIPv6(ip) === (family === 'IPv6'))?.ip;
      return address === undefined ? [] : [endpointOf(pod, address, service.spec.publishNotReadyAddresses === true)];
    }),
    ports: (service.spec.ports ?? []).map((port) => ({
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol: port.protocol ?? 'TCP',
      port: targetPort(port, backends),
    })),
  };
}

function isBackend(pod: Pod, selector: Readonly<Record<string, string>>): boolean {
  const labels = pod.metadata.labels ?? {};
  const phase = pod.status?.phase;
  return (
    pod.status?.podIP !== undefined &&
    phase !== 'Succeeded' &&
    phase !== 'Failed' &&
    Object.entries(selector).every(([key, value]) => labels[key] === value)
  );
}

function endpointOf(pod: Pod, address: string, publishNotReady: boolean): Endpoint {
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const serving =
    publishNotReady || (pod.status?.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
  return {
    addresses: [address],
    conditions: { ready: serving && !terminating, serving, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: {
      kind: 'Pod',
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name ?? '',
      ...(pod.metadata.uid === undefined ? {} : { uid: pod.metadata.uid }),
    },
  };
}

/** A named targetPort is looked up in the first backend that has it; slices of differing pods are not split here. */
function targetPort(port: ServicePort, backends: readonly Pod[]): number {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  for (const pod of backends) {
    for (const container of pod.spec.containers) {
      const found = container.ports?.find((one) => one.name === target);
      if (found) return found.containerPort;
    }
  }
  return port.port;
}
