import { isIPv6 } from 'node:net';
import { addressText, cidrRange } from '../../../agent/base/ip-range.ts';
import { isAlreadyExists } from '../../../agent/kube/error.ts';
import { endpointSlices, services } from '../../../agent/kube/object.ts';
import type { KubeObject, ResourceRef } from '../../../agent/kube/object.ts';
import type { Kube } from '../../../agent/kube/types.ts';
import { DNS_PORT } from './dns-server.ts';
import type { EndpointSlice, Service } from './objects.ts';

const meta = { name: 'kube-dns', namespace: 'kube-system' };
export const dnsServiceName = meta.name;
const port = { name: 'dns', protocol: 'UDP' as const, port: DNS_PORT };

/** The cluster's DNS is the tenth address of the Service range, as kubeadm has it. */
function dnsAddress(serviceCIDR: string): string {
  const range = cidrRange(serviceCIDR);
  if (range === null) throw new Error(`the range of Services ${serviceCIDR} is no CIDR`);
  return addressText(range.family, range.first + 10n);
}

/** The Service `kube-dns` and its one endpoint, which runs beside the API server. */
export async function publishDns(kube: Kube, serviceCIDR: string, endpoint: string): Promise<void> {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...meta, labels: { 'k8s-app': 'kube-dns' } },
    spec: { clusterIP: dnsAddress(serviceCIDR), ports: [{ ...port, targetPort: DNS_PORT }] },
  };
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...meta, labels: { 'kubernetes.io/service-name': meta.name } },
    addressType: isIPv6(endpoint) ? 'IPv6' : 'IPv4',
    endpoints: [{ addresses: [endpoint], conditions: { ready: true, serving: true, terminating: false } }],
    ports: [port],
  };
  await create(kube, services, service);
  await create(kube, endpointSlices, slice);
}

async function create(kube: Kube, resource: ResourceRef, object: KubeObject): Promise<void> {
  await kube.create(resource, object).catch((error: unknown) => {
    if (!isAlreadyExists(error)) throw error;
  });
}
