import { setTimeout as delay } from 'node:timers/promises';
import { isAlreadyExists, isConflict, isNotFound } from '../../../agent/kube/error.ts';
import {
  daemonSets,
  deployments,
  endpointSlices,
  leases,
  nodes as nodesRef,
  pods as podsRef,
  services as servicesRef,
} from '../../../agent/kube/object.ts';
import type { KubeObject, ResourceRef } from '../../../agent/kube/object.ts';
import type { Reflection } from '../../../agent/kube/types.ts';
import { nftApply } from '../../../agent/linux/nft.ts';
import { netnsPath } from '../paths.ts';
import { serveDns } from './dns-server.ts';
import { publishDns } from './dns-service.ts';
import { planZone } from './dns-zone.ts';
import { planEndpointSlice } from './endpoint-slices.ts';
import { Kubelet } from './kubelet.ts';
import type { KubeletContext } from './kubelet.ts';
import type { EndpointSlice, Node, Pod, Service, Workload } from './objects.ts';
import { reconciler } from './reconcile.ts';
import { schedule } from './schedule.ts';
import { planServiceProxy } from './service-proxy.ts';
import { planDaemonSet, planDeployment } from './workloads.ts';
import type { WorkloadPlan } from './workloads.ts';

/** How often a kubelet says that its node lives, and after how long a silent one is marked, milliseconds. */
const HEARTBEAT_MS = 2_000;
const SILENCE_MS = 6_000;

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
  readonly #reported = new Map<string, number>();
  readonly #proxied = new Map<string, string>();
  /** Workloads' pods that were created and are not in the cache yet, by owner: nothing is created twice. */
  readonly #expected = new Map<string, Set<string>>();
  readonly #hosts: Readonly<Record<string, string>>;

  constructor(context: KubeletContext, hosts: Readonly<Record<string, string>>) {
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
    await Promise.all([...this.kubelets.values()].map((kubelet) => kubelet.register()));
    for (const name of this.kubelets.keys()) this.#reported.set(name, performance.now());
    await Promise.all(
      [this.#pods, this.#nodes, this.#services, this.#slices, this.#daemonSets, this.#deployments].map(
        (one) => one.synced,
      ),
    );
    this.#watchPods();
    this.#run('scheduler', [this.#pods, this.#nodes], () => this.#schedule());
    this.#run('endpointslice controller', [this.#pods, this.#services], () => this.#syncSlices());
    this.#run('daemonset controller', [this.#pods, this.#nodes, this.#daemonSets], () => this.#syncDaemonSets());
    this.#run('deployment controller', [this.#pods, this.#deployments], () => this.#syncDeployments());
    this.#run('service proxy', [this.#services, this.#slices], () => this.#syncProxies());
    await serveDns(
      dnsNamespace,
      dnsEndpoint,
      () => planZone([...this.#services.items.values()], [...this.#slices.items.values()], this.#hosts),
      this.#stop.signal,
    );
    await publishDns(this.#context.kube, this.#context.config.topology.serviceCIDR, dnsEndpoint);
    void this.#heartbeat();
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
          await this.#patch(podsRef, pod, { status: { phase: 'Pending', conditions: [condition] } });
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
    try {
      await this.#context.kube.create(subresource, binding);
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error; // deleted or bound meanwhile
    }
  }

  async #syncSlices(): Promise<void> {
    const pods = [...this.#pods.items.values()];
    for (const service of this.#services.items.values()) {
      const wanted = planEndpointSlice(service, pods);
      if (!wanted) continue;
      const have = this.#slices.items.get(`${wanted.metadata.namespace}/${wanted.metadata.name}`);
      if (have && sameContent(have, wanted)) continue;
      await ignoreMissing(
        have
          ? this.#context.kube.replace(endpointSlices, {
              ...wanted,
              metadata: { ...have.metadata, ...wanted.metadata },
            })
          : this.#context.kube.create(endpointSlices, wanted),
      );
    }
  }

  async #syncDaemonSets(): Promise<void> {
    const nodes = [...this.#nodes.items.values()];
    for (const set of this.#daemonSets.items.values()) {
      if (set.metadata.deletionTimestamp === undefined)
        await this.#carryOut(daemonSets, set, planDaemonSet(set, nodes, this.#podsIn(set)));
    }
  }

  async #syncDeployments(): Promise<void> {
    for (const deployment of this.#deployments.items.values()) {
      if (deployment.metadata.deletionTimestamp === undefined) {
        await this.#carryOut(deployments, deployment, planDeployment(deployment, this.#podsIn(deployment)));
      }
    }
  }

  #podsIn(owner: Workload): Pod[] {
    return [...this.#pods.items.values()].filter((pod) => pod.metadata.namespace === owner.metadata.namespace);
  }

  async #carryOut(resource: ResourceRef, owner: Workload, plan: WorkloadPlan): Promise<void> {
    const { kube } = this.#context;
    const uid = owner.metadata.uid ?? '';
    const expected = this.#expected.get(uid) ?? new Set<string>();
    this.#expected.set(uid, expected);
    for (const name of expected) if (this.#pods.items.has(name)) expected.delete(name);
    if (expected.size === 0) {
      for (const pod of plan.create) {
        const made = await kube.create(podsRef, pod).catch((error: unknown) => {
          if (isAlreadyExists(error) || isNotFound(error)) return null; // it is there already, or its namespace is going
          throw error;
        });
        if (made) expected.add(`${made.metadata.namespace}/${made.metadata.name}`);
      }
    }
    for (const name of plan.delete) await kube.delete(podsRef, name, owner.metadata.namespace);
    if (Object.entries(plan.status).every(([key, value]) => owner.status?.[key] === value)) return;
    await ignoreMissing(
      this.#patch(resource, owner, { status: { ...plan.status, conditions: availability(resource, plan) } }),
    );
  }

  async #syncProxies(): Promise<void> {
    const services = [...this.#services.items.values()];
    const slices = [...this.#slices.items.values()];
    const { topology } = this.#context.config;
    await Promise.all(
      topology.nodes.map(async (node) => {
        if (this.kubelets.get(node.name)?.reporting !== true) return;
        const ruleset = planServiceProxy(services, slices, {
          name: node.name,
          address: node.address,
          clusterCIDR: topology.podCIDR,
        });
        if (this.#proxied.get(node.name) === ruleset) return;
        await nftApply(ruleset, { netns: netnsPath(node.name) });
        this.#proxied.set(node.name, ruleset);
      }),
    );
  }

  /** Leases and the Ready conditions: a node that reports stays Ready, a silent one becomes Unknown. */
  async #heartbeat(): Promise<void> {
    const { kube, log } = this.#context;
    const unknown = new Set<string>();
    while (!this.#stop.signal.aborted) {
      const now = performance.now();
      for (const [name, kubelet] of this.kubelets) {
        try {
          if (kubelet.reporting) {
            this.#reported.set(name, now);
            await kube.apply(leases, leaseOf(name), { fieldManager: 'kubelet', force: true });
            if (unknown.delete(name)) await kubelet.report('True');
          } else if (!unknown.has(name) && now - (this.#reported.get(name) ?? 0) > SILENCE_MS) {
            unknown.add(name);
            await kubelet.report('Unknown');
          }
        } catch (error) {
          if (!this.#stop.signal.aborted)
            log(`node ${name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      await delay(HEARTBEAT_MS, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #patch(resource: ResourceRef, object: KubeObject, patch: unknown): Promise<unknown> {
    const { name = '', namespace } = object.metadata;
    return this.#context.kube.patch(resource, name, patch, {
      type: 'merge',
      subresource: 'status',
      ...(namespace ? { namespace } : {}),
    });
  }
}

function availability(resource: ResourceRef, plan: WorkloadPlan): unknown[] {
  if (resource !== deployments) return [];
  const available = (plan.status['unavailableReplicas'] ?? 0) === 0;
  return [
    {
      type: 'Available',
      status: available ? 'True' : 'False',
      reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      message: '',
    },
  ];
}

function sameContent(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    JSON.stringify([a.addressType, a.endpoints, a.ports]) === JSON.stringify([b.addressType, b.endpoints, b.ports])
  );
}

function leaseOf(node: string): KubeObject & { spec: unknown } {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: node, namespace: 'kube-node-lease' },
    spec: { holderIdentity: node, leaseDurationSeconds: 40, renewTime: new Date().toISOString().replace('Z', '000Z') },
  };
}

/** An object that was deleted meanwhile needs nothing more; one that changed is looked at again with its change. */
async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error) && !isAlreadyExists(error)) throw error;
  }
}
