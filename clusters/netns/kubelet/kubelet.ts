import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isConflict, isNotFound } from '../../../agent/kube/error.ts';
import { pods as podsRef } from '../../../agent/kube/object.ts';
import type { Kube } from '../../../agent/kube/types.ts';
import { netnsSockets } from '../../../agent/linux/netns-sockets.ts';
import type { TopologyNode } from '../../cluster.ts';
import type { ClusterConfig } from '../config.ts';
import { netnsPath } from '../paths.ts';
import type { ClusterPaths } from '../paths.ts';
import { PodAddresses } from './ipam.ts';
import { nodeAddresses } from './node-object.ts';
import type { Readiness } from './node-object.ts';
import { reportNode } from './node-report.ts';
import type { Pod } from './objects.ts';
import { addPodNetwork, removePodNetwork } from './pod-network.ts';
import type { PodNetwork } from './pod-network.ts';
import { planPodStatus } from './pod-status.ts';
import { PodWorker } from './pod-worker.ts';
import { ProgramHost } from './program-host.ts';
import { timestamp } from './timestamp.ts';

export interface KubeletContext {
  readonly kube: Kube;
  readonly config: ClusterConfig;
  readonly paths: ClusterPaths;
  readonly kubeletVersion: string;
  readonly log: (line: string) => void;
}

const ADDRESS_FREE_MS = 10_000;

interface Slot {
  pod: Pod;
  /** Null: that of the node, or gone with the end of the containers. */
  network: PodNetwork | null;
  readonly worker: PodWorker;
  going: boolean;
}

/** The kubelet of one node: what is bound to it runs, in the node's network, and its status says so. */
export class Kubelet {
  readonly node: TopologyNode;
  readonly #context: KubeletContext;
  /** One of each family of the cluster, the primary one first. */
  readonly #addresses: readonly PodAddresses[];
  readonly #slots = new Map<string, Slot>();
  /** Pods on their way up, by uid, as the API had them last. */
  readonly #starting = new Map<string, Pod>();
  #host: ProgramHost;
  #powered = true;
  #frozen = false;
  #stopped = false;

  constructor(node: TopologyNode, context: KubeletContext) {
    this.node = node;
    this.#context = context;
    this.#addresses = [node.podCIDR, node.podCIDR6].flatMap((cidr) =>
      cidr === undefined ? [] : [new PodAddresses(cidr)],
    );
    this.#host = this.#newHost();
  }

  /** False while the node is off, or the kubelet or all processes are stopped: it reports nothing. */
  get reporting(): boolean {
    return this.#powered && !this.#frozen && !this.#stopped;
  }

  /** Writes the node's conditions; the node lifecycle controller uses it for a node that has gone silent. */
  report(readiness: Readiness): Promise<void> {
    return reportNode(this.node, readiness, this.#context);
  }

  /** Brings one pod of this node to what the API says; called with every change of it. */
  sync(pod: Pod): void {
    if (!this.reporting) return;
    const uid = pod.metadata.uid ?? '';
    const slot = this.#slots.get(uid);
    if (slot) slot.pod = pod;
    if (this.#starting.has(uid)) this.#starting.set(uid, pod);
    if (this.#starting.has(uid)) return; // looked at again as soon as it is up
    if (pod.metadata.deletionTimestamp !== undefined) {
      void this.#guard(pod, slot ? this.#remove(slot, pod) : this.#confirmDeletion(pod));
      return;
    }
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (!slot && !finished) void this.#guard(pod, this.#add(pod));
  }

  /** The API has no such pod any more, e.g. after a forced deletion. */
  forget(pod: Pod): void {
    if (!this.reporting) return;
    const uid = pod.metadata.uid ?? '';
    const slot = this.#slots.get(uid);
    if (this.#starting.has(uid))
      this.#starting.set(uid, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: timestamp() } });
    else if (slot && !slot.going) void this.#guard(pod, this.#tearDown(slot, 0));
  }

  /** The pod by its name, for exec and logs. */
  find(namespace: string, name: string): PodWorker | null {
    for (const { pod, worker } of this.#slots.values()) {
      if (pod.metadata.namespace === namespace && pod.metadata.name === name) return worker;
    }
    return null;
  }

  /** A pod that was deleted by force is gone from the API before its address is free. */
  async nextPodAddress(address: string): Promise<void> {
    const [ipv4] = this.#addresses;
    for (let waited = 0; waited < ADDRESS_FREE_MS && ipv4?.isFree(address) === false; waited += 20) await delay(20);
    ipv4?.beginWith(address);
  }

  pids(): { name: string; pid: number }[] {
    const host = this.#host.pid;
    return [
      ...(host === null ? [] : [{ name: `${this.node.name}/programs`, pid: host }]),
      ...[...this.#slots.values()].flatMap(({ pod, worker }) =>
        worker.pids().map(({ name, pid }) => ({ name: `${pod.metadata.namespace}/${pod.metadata.name}/${name}`, pid })),
      ),
    ];
  }

  /** Stops (SIGSTOP) or wakes (SIGCONT) every process of the node; `pods` are then those the API has for it. */
  freeze(frozen: boolean, pods: Iterable<Pod> = []): void {
    const signal = frozen ? 'SIGSTOP' : 'SIGCONT';
    this.#frozen = frozen;
    this.#host.signal(signal);
    for (const { worker } of this.#slots.values()) worker.signal(signal);
    if (!frozen) this.#catchUp(pods);
  }

  /** The kubelet alone: what runs goes on, and nobody looks after it. */
  stop(stopped: boolean, pods: Iterable<Pod> = []): void {
    this.#stopped = stopped;
    if (!stopped) this.#catchUp(pods);
  }

  /** What has come and gone while nothing was reported. */
  #catchUp(pods: Iterable<Pod>): void {
    const now = new Map([...pods].map((pod) => [pod.metadata.uid ?? '', pod]));
    for (const [uid, { pod }] of this.#slots) {
      if (now.has(uid)) void this.#guard(pod, this.#publish(uid));
      else this.forget(pod);
    }
    for (const pod of now.values()) this.sync(pod);
  }

  /** Every process of the node and the networks of its pods are gone at once; the API is told nothing. */
  async cutPower(): Promise<void> {
    this.#powered = false;
    this.#frozen = false;
    this.#stopped = false;
    this.#host.signal('SIGKILL');
    this.#host = this.#newHost();
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(
      slots.map(async ({ network, worker }) => {
        await worker.stop(0);
        if (!network) return;
        await removePodNetwork(network);
        this.#release(network);
      }),
    );
  }

  /** The node has power again; `pods` are those the API has for it. */
  async boot(pods: Iterable<Pod>): Promise<void> {
    this.#powered = true;
    await this.report('True');
    for (const pod of pods) this.sync(pod);
  }

  async #add(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    this.#starting.set(uid, pod);
    try {
      const { config, paths } = this.#context;
      const network = pod.spec.hostNetwork === true ? null : this.#plan(uid);
      if (network) await addPodNetwork(network, paths.boot);
      const hostIPs = nodeAddresses(this.node);
      const netns = netnsPath(network?.namespace ?? this.node.name);
      const worker = new PodWorker(
        pod,
        { podIPs: network?.addresses.map(({ address }) => address) ?? hostIPs, hostIPs },
        {
          netns,
          sockets: netnsSockets(netns),
          programs: config.programs,
          images: config.images,
          host: this.#host,
          env: this.#environment(network === null),
          isLookedAfter: () => this.reporting,
        },
        join(paths.pods, uid),
        () => void this.#guard(pod, this.#publish(uid)),
      );
      this.#slots.set(uid, { pod, network, worker, going: false });
      // As with a real kubelet the containers run before the API knows the pod's address.
      await worker.start();
      await this.#publish(uid);
    } finally {
      const latest = this.#starting.get(uid) ?? pod;
      this.#starting.delete(uid);
      if (latest.metadata.deletionTimestamp !== undefined) this.sync(latest);
    }
  }

  #plan(uid: string): PodNetwork {
    const short = createHash('sha256').update(uid).digest('hex').slice(0, 10);
    return {
      namespace: `pod-${short}`,
      node: this.node.name,
      veth: `veth${short}`,
      addresses: this.#addresses.map((addresses) => ({ address: addresses.take(), gateway: addresses.gateway })),
    };
  }

  #release({ addresses }: PodNetwork): void {
    addresses.forEach(({ address }, family) => this.#addresses[family]?.release(address));
  }

  #environment(hostNetwork: boolean): Record<string, string> {
    const { paths } = this.#context;
    return hostNetwork ? { KUBECONFIG: paths.insideKubeconfig, NODE_NAME: this.node.name } : {};
  }

  async #publish(uid: string): Promise<void> {
    const slot = this.#slots.get(uid);
    if (!slot || !this.reporting) return;
    const { pod, worker } = slot;
    const status = planPodStatus(pod, worker.observed(), timestamp());
    // As with a real kubelet the sandbox of a pod that has ended is stopped, and its address is free for another one.
    if (status.phase === 'Succeeded' || status.phase === 'Failed') await this.#removeNetwork(slot);
    const { namespace, name = '' } = pod.metadata;
    await this.#context.kube.patch(
      podsRef,
      name,
      { status },
      { type: 'merge', subresource: 'status', ...(namespace ? { namespace } : {}) },
    );
  }

  async #remove(slot: Slot, pod: Pod): Promise<void> {
    if (slot.going) return;
    slot.going = true;
    await this.#tearDown(slot, (pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000);
    await this.#confirmDeletion(pod);
  }

  async #tearDown(slot: Slot, graceMs: number): Promise<void> {
    slot.going = true;
    await slot.worker.stop(graceMs);
    await this.#removeNetwork(slot);
    const uid = slot.pod.metadata.uid ?? '';
    this.#slots.delete(uid);
    await rm(join(this.#context.paths.pods, uid), { recursive: true, force: true });
  }

  async #removeNetwork(slot: Slot): Promise<void> {
    const { network } = slot;
    if (!network) return;
    slot.network = null;
    await removePodNetwork(network);
    this.#release(network);
  }

  async #confirmDeletion(pod: Pod): Promise<void> {
    const { name = '', namespace, uid = '' } = pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    try {
      await this.#context.kube.delete(podsRef, name, namespace, options);
    } catch (error) {
      if (!isConflict(error)) throw error; // else another pod has the name already
    }
  }

  #newHost(): ProgramHost {
    return new ProgramHost((line) => this.#context.log(`${this.node.name} programs: ${line}`));
  }

  /** A pod that fails to start or stop is logged; the next change of it is the next attempt. */
  async #guard(pod: Pod, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (isNotFound(error)) return; // the pod was deleted meanwhile
      this.#context.log(
        `${this.node.name}: pod ${pod.metadata.namespace}/${pod.metadata.name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
