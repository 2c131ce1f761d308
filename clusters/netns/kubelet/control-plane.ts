import { setTimeout as delay } from 'node:timers/promises';
import {
  daemonSets,
  deployments,
  endpointSlices,
  nodes as nodesRef,
  pods as podsRef,
  services as servicesRef,
} from '../../../agent/kube/object.ts';
import type { KubeObject, ResourceRef } from '../../../agent/kube/object.ts';
import type { Reflection } from '../../../agent/kube/types.ts';
import { perFamily } from '../../families.ts';
import { nftApply } from '../../../agent/linux/nft.ts';
import { netnsPath } from '../paths.ts';
import { serveDns } from './dns-server.ts';
import { dnsServiceName, publishDns } from './dns-service.ts';
import { planZone } from './dns-zone.ts';
import type { Hosts } from './dns-zone.ts';
import { managedBy, planEndpointSlices, sliceController } from './endpoint-slices.ts';
import { Kubelet } from './kubelet.ts';
import type { KubeletContext } from './kubelet.ts';
import type { EndpointSlice, Node, Pod, Service, Workload } from './objects.ts';
import { watchOverNodes } from './node-lifecycle.ts';
import { registerNode } from './node-report.ts';
import { unlessOvertaken } from './overtaken.ts';
import { reconciler } from './reconcile.ts';
import { schedule } from './schedule.ts';
import { planServiceProxy } from './service-proxy.ts';
import { patchStatus } from './status-patch.ts';
import { WorkloadControllers } from './workload-controllers.ts';

const DNS_REACHED_MS = 10_000;

/** Everything of Kubernetes but the API server: kubelets, scheduler, controllers, service proxies and DNS. */
export class ControlPlane {
  readonly kubelets: ReadonlyMap<string, Kubelet>;
  readonly #context: KubeletContext;
  readonly #stop = new AbortController();
  readonly #pods: Reflection<Pod>;
  readonly #nodes: Reflection<Node>;
  readonly #services: Reflection<Service>;
  readonly #slices: Reflection<EndpointSlice>;
  readonly #daemonSets: Reflection<Workload>;
  readonly #deployments: Reflection<Workload>;
  readonly #proxied = new Map<string, string>();
  readonly #hosts: Hosts;

  constructor(context: KubeletContext, hosts: Hosts) {
    const { kube, config } = context;
    this.#context = context;
    this.#hosts = hosts;
    this.kubelets = new Map(config.topology.nodes.map((node) => [node.name, new Kubelet(node, context)]));
    this.#pods = kube.reflect<Pod>(podsRef);
    this.#nodes = kube.reflect<Node>(nodesRef);
    this.#services = kube.reflect<Service>(servicesRef);
    this.#slices = kube.reflect<EndpointSlice>(endpointSlices);
    this.#daemonSets = kube.reflect<Workload>(daemonSets);
    this.#deployments = kube.reflect<Workload>(deployments);
  }

  async start(dnsNamespace: string, dnsEndpoint: string): Promise<void> {
    await Promise.all([...this.kubelets.values()].map(({ node }) => registerNode(node, this.#context)));
    await Promise.all(
      [this.#pods, this.#nodes, this.#services, this.#slices, this.#daemonSets, this.#deployments].map(
        (one) => one.synced,
      ),
    );
    this.#watchPods();
    this.#run('scheduler', [this.#pods, this.#nodes], () => this.#schedule());
    this.#run('endpointslice controller', [this.#pods, this.#services], () => this.#syncSlices());
    const workloads = new WorkloadControllers(this.#context.kube, {
      pods: this.#pods,
      nodes: this.#nodes,
      daemonSets: this.#daemonSets,
      deployments: this.#deployments,
    });
    this.#run('daemonset controller', [this.#pods, this.#nodes, this.#daemonSets], () => workloads.syncDaemonSets());
    this.#run('deployment controller', [this.#pods, this.#deployments], () => workloads.syncDeployments());
    this.#run('service proxy', [this.#services, this.#slices], () => this.#syncProxies());
    await serveDns(
      dnsNamespace,
      dnsEndpoint,
      () => planZone([...this.#services.items.values()], [...this.#slices.items.values()], this.#hosts),
      this.#stop.signal,
    );
    await publishDns(this.#context.kube, this.#context.config.topology.serviceCIDR, dnsEndpoint);
    // A cluster is up when its own Service can be reached.
    const hasDns = (node: string): boolean => this.#proxied.get(node)?.includes(dnsServiceName) === true;
    for (let waited = 0; waited < DNS_REACHED_MS && ![...this.kubelets.keys()].every(hasDns); waited += 10)
      await delay(10);
    void watchOverNodes(this.#context.kube, this.kubelets, this.#context.log, this.#stop.signal);
  }

  podsOf(node: string): Pod[] {
    return [...this.#pods.items.values()].filter((pod) => pod.spec.nodeName === node);
  }

  /** A node that was off has an empty kernel: its Service rules have to be written anew. */
  async restoreProxy(node: string): Promise<void> {
    this.#proxied.delete(node);
    await this.#syncProxies();
  }

  stop(): void {
    this.#stop.abort();
    for (const one of [this.#pods, this.#nodes, this.#services, this.#slices, this.#daemonSets, this.#deployments])
      one[Symbol.dispose]();
  }

  #run(name: string, inputs: readonly Reflection<KubeObject>[], pass: () => Promise<void>): void {
    const wake = reconciler(name, pass, this.#context.log, this.#stop.signal);
    for (const input of inputs) input.onChange(wake);
    wake();
  }

  #watchPods(): void {
    const dispatch = (pod: Pod): void => this.kubelets.get(pod.spec.nodeName ?? '')?.sync(pod);
    this.#pods.onChange(({ type, object }) => {
      if (type === 'deleted') this.kubelets.get(object.spec.nodeName ?? '')?.forget(object);
      else dispatch(object);
    });
    for (const pod of this.#pods.items.values()) dispatch(pod);
  }

  async #schedule(): Promise<void> {
    const load = new Map<string, number>();
    for (const { spec } of this.#pods.items.values())
      if (spec.nodeName) load.set(spec.nodeName, (load.get(spec.nodeName) ?? 0) + 1);
    const waiting = [...this.#pods.items.values()].filter(
      (pod) => !pod.spec.nodeName && pod.metadata.deletionTimestamp === undefined,
    );
    await Promise.all(
      waiting.map(async (pod) => {
        const placement = schedule(pod, [...this.#nodes.items.values()], load);
        if (placement.node !== null) {
          load.set(placement.node, (load.get(placement.node) ?? 0) + 1);
          await this.#bind(pod, placement.node);
        } else if (pod.status?.conditions?.find((one) => one.type === 'PodScheduled')?.message !== placement.message) {
          const condition = {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: placement.message,
            lastTransitionTime: new Date().toISOString(),
          };
          await patchStatus(this.#context.kube, podsRef, pod, { phase: 'Pending', conditions: [condition] });
        }
      }),
    );
  }

  async #bind(pod: Pod, node: string): Promise<void> {
    const { name = '', namespace = 'default' } = pod.metadata;
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace },
      target: { apiVersion: 'v1', kind: 'Node', name: node },
    };
    const subresource: ResourceRef = { ...podsRef, plural: `pods/${name}/binding`, kind: 'Binding' };
    await unlessOvertaken(this.#context.kube.create(subresource, binding));
  }

  async #syncSlices(): Promise<void> {
    const pods = [...this.#pods.items.values()];
    const wanted = [...this.#services.items.values()].flatMap((service) => planEndpointSlices(service, pods));
    for (const one of wanted) {
      const have = this.#slices.items.get(`${one.metadata.namespace}/${one.metadata.name}`);
      if (have && sameContent(have, one)) continue;
      await unlessOvertaken(
        have
          ? this.#context.kube.replace(endpointSlices, {
              ...one,
              metadata: { ...have.metadata, ...one.metadata },
            })
          : this.#context.kube.create(endpointSlices, one),
      );
    }
    await this.#dropSlices(wanted);
  }

  /** Of a Service that has one family less than before; those of a Service that is gone go with it. */
  async #dropSlices(wanted: readonly EndpointSlice[]): Promise<void> {
    const key = ({ metadata: { namespace, name } }: KubeObject): string => `${namespace}/${name}`;
    const [services, kept] = [[...this.#services.items.keys()], wanted.map(key)];
    for (const slice of this.#slices.items.values()) {
      const { labels = {}, namespace = '', name = '' } = slice.metadata;
      if (labels[managedBy] !== sliceController || kept.includes(key(slice))) continue;
      if (services.includes(`${namespace}/${labels['kubernetes.io/service-name']}`))
        await unlessOvertaken(this.#context.kube.delete(endpointSlices, name, namespace));
    }
  }

  async #syncProxies(): Promise<void> {
    const services = [...this.#services.items.values()];
    const slices = [...this.#slices.items.values()];
    const families = perFamily(this.#context.config.topology);
    await Promise.all(
      [...this.kubelets].map(async ([name, kubelet]) => {
        if (!kubelet.reporting) return;
        const ruleset = families
          .flatMap(({ nodes, podCIDR }) =>
            nodes
              .filter((node) => node.name === name)
              .map(({ address }) => planServiceProxy(services, slices, { name, address, clusterCIDR: podCIDR })),
          )
          .join('');
        if (this.#proxied.get(name) === ruleset) return;
        await nftApply(ruleset, { netns: netnsPath(name) });
        this.#proxied.set(name, ruleset);
      }),
    );
  }
}

function sameContent(a: EndpointSlice, b: EndpointSlice): boolean {
  return contentOf(a) === contentOf(b);
}

const contentOf = ({ addressType, endpoints = [], ports = [] }: EndpointSlice): string =>
  JSON.stringify([addressType, endpoints, ports]);
