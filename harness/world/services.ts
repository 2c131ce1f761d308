import { isIP, isIPv6 } from 'node:net';
import type { IpFamily } from '../../agent/linux/sockets.ts';
import { both } from '../check/address.ts';
import { endpointSlices, services as serviceResource, type KubeObject } from '../../agent/kube/object.ts';
import type { Destination } from '../history/events.ts';
import type { CasePod } from './case-pod.ts';
import type { Namespaces } from './namespaces.ts';
import type { Testbed } from './testbed.ts';

/** Port of every server that a case starts in a pod. */
const serverPort = 8080;

interface Service extends KubeObject {
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number }[];
  };
}

export interface ServiceWish {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'headless';
  readonly selector: Readonly<Record<string, string>>;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  /** Of type LoadBalancer: the address that its load balancer has. */
  readonly loadBalancerIP?: string;
  /** An address of each family; default: of the cluster's primary one. */
  readonly families?: 'both';
}

/** Servers and services inside the cluster, and names for what is outside of it. */
export class Services {
  readonly #testbed: Testbed;
  readonly #namespaces: Namespaces;

  constructor(testbed: Testbed, namespaces: Namespaces) {
    this.#testbed = testbed;
    this.#namespaces = namespaces;
  }

  /**
   * A server in the pod, by its address of the family, that tells its clients where they came from. A hostNetwork pod
   * needs a port of its own.
   */
  async serve(pod: CasePod, port: number = serverPort, over?: IpFamily): Promise<Destination> {
    const { namespace, name, node, ip, ip6 } = pod.facts;
    const host = over === undefined ? ip : both(ip, ip6).find((address) => isIP(address) === over);
    if (host === undefined) throw new Error(`pod ${namespace}/${name} has no IPv${over} address`);
    await pod.serve(port);
    return { name: `pod ${namespace}/${name} on ${node}`, host, port };
  }

  /** A Service of the type in front of the pods of a namespace with these labels; they serve already. */
  async create(
    namespace: string,
    name: string,
    spec: ServiceWish,
  ): Promise<{ clusterIP: string; nodePort: number; dnsName: string; port: number }> {
    const real = this.#namespaces.realName(namespace);
    const ports = (['TCP', 'UDP'] as const).map((protocol) => ({
      name: protocol.toLowerCase(),
      protocol,
      port: serverPort,
      targetPort: serverPort,
    }));
    const kind = spec.type === 'headless' ? { clusterIP: 'None' } : { type: spec.type };
    const policy = spec.externalTrafficPolicy && { externalTrafficPolicy: spec.externalTrafficPolicy };
    const families = spec.families && { ipFamilyPolicy: 'RequireDualStack' };
    const made = await this.#testbed.kube.create<Service>(serviceResource, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: real, name },
      spec: { ...kind, ...policy, ...families, selector: spec.selector, ports },
    } as KubeObject as Service);
    // What a load balancer's controller does.
    const status = { loadBalancer: { ingress: [{ ip: spec.loadBalancerIP }] } };
    const patch = { type: 'merge', subresource: 'status', namespace: real } as const;
    if (spec.loadBalancerIP !== undefined) await this.#testbed.kube.patch(serviceResource, name, { status }, patch);
    const { clusterIP = '', ports: given = [] } = made.spec;
    return { clusterIP, nodePort: given[0]?.nodePort ?? 0, dnsName: dnsName(real, name), port: serverPort };
  }

  /** A name in the cluster's DNS for a host outside: a headless Service whose endpoint is given by hand. */
  async nameFor(namespace: string, name: string, address: string): Promise<string> {
    const { metadata } = await this.#outward(namespace, name, address, serverPort, { clusterIP: 'None' });
    return dnsName(metadata.namespace ?? '', name);
  }

  /** A cluster address that leads to a port outside: a Service whose endpoint is given by hand. */
  async leadingOut(namespace: string, name: string, address: string, port: number): Promise<Destination> {
    const { spec } = await this.#outward(namespace, name, address, port, {});
    return { name: 'a service with its endpoint outside', host: spec.clusterIP ?? '', port };
  }

  async #outward(namespace: string, name: string, address: string, port: number, spec: object): Promise<Service> {
    const real = this.#namespaces.realName(namespace);
    const { kube } = this.#testbed;
    const ports = ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), protocol, port }));
    const made = await kube.create<Service>(serviceResource, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: real, name },
      spec: { ...spec, ports },
    } as KubeObject as Service);
    await kube.create(endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace: real, name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: isIPv6(address) ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    } as KubeObject);
    return made;
  }

  /** The cluster's DNS server: the Service kube-dns, as every pod finds it in its resolv.conf. */
  async dnsServer(): Promise<string> {
    const { spec } = await this.#testbed.kube.get<Service>(serviceResource, 'kube-dns', 'kube-system');
    return spec.clusterIP ?? '';
  }

  /** The API server by its service, and where the service leads. */
  async apiServer(): Promise<{ service: Destination; endpoint: Destination }> {
    const { kube } = this.#testbed;
    const { spec } = await kube.get<Service>(serviceResource, 'kubernetes', 'default');
    const { items } = await kube.list<
      KubeObject & { endpoints?: { addresses: string[] }[]; ports?: { port: number }[] }
    >(endpointSlices, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=kubernetes' });
    const [slice] = items;
    const address = slice?.endpoints?.[0]?.addresses[0];
    if (address === undefined) throw new Error('service default/kubernetes has no endpoint');
    return {
      service: { name: 'API server by its service', host: spec.clusterIP ?? '', port: spec.ports?.[0]?.port ?? 443 },
      endpoint: { name: 'API server', host: address, port: slice?.ports?.[0]?.port ?? 6443 },
    };
  }
}

function dnsName(namespace: string, name: string): string {
  return `${name}.${namespace}.svc.cluster.local`;
}
