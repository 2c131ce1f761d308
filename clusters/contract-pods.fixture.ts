import { setTimeout as delay } from 'node:timers/promises';
import type { KubeClient } from '../agent/kube/client.ts';
import { nodes as nodesRef, pods as podsRef } from '../agent/kube/object.ts';
import type { KubeObject } from '../agent/kube/object.ts';
import type { Cluster } from './cluster.ts';

export interface Pod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip: string }[];
    readonly hostIPs?: readonly { readonly ip: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

interface PodWish {
  readonly args?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
}

/** Pods with the echo program, and what they hear. */
export class ContractPods {
  readonly #cluster: Cluster;
  readonly #kube: KubeClient;
  readonly #limitMs: number;
  readonly #dns: string;
  readonly #namespace: string;

  constructor(
    cluster: Cluster,
    kube: KubeClient,
    options: { readonly limitMs: number; readonly dns: string; readonly namespace?: string },
  ) {
    this.#cluster = cluster;
    this.#kube = kube;
    this.#limitMs = options.limitMs;
    this.#dns = options.dns;
    this.#namespace = options.namespace ?? 'shop';
  }

  /** A pod on the nth node, from 1. */
  async create(name: string, node: number, wish: PodWish = {}): Promise<void> {
    await this.#kube.create(podsRef, this.#manifest(name, node, wish));
  }

  /** A pod that runs a shell script instead. */
  async createScript(name: string, restartPolicy: string, script: string): Promise<void> {
    const pod = this.#manifest(name, 1, { args: [], labels: {} });
    const containers = pod.spec.containers.map((container) => ({ ...container, command: ['sh', '-c', script] }));
    await this.#kube.create(podsRef, { ...pod, spec: { ...pod.spec, restartPolicy, containers } } as KubeObject);
  }

  async until(name: string, holds: (pod: Pod) => boolean): Promise<Pod> {
    const limit = performance.now() + this.#limitMs;
    for (;;) {
      const pod = await this.#kube.find<Pod>(podsRef, name, this.#namespace);
      if (pod && holds(pod)) return pod;
      if (performance.now() > limit) throw new Error(`pod ${name} did not get there: ${JSON.stringify(pod?.status)}`);
      await delay(50);
    }
  }

  ready(name: string): Promise<Pod> {
    return this.until(name, ({ status }) => {
      const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
      return status?.podIP !== undefined && isReady === true;
    });
  }

  async readinessOf(node: string): Promise<string | undefined> {
    const found = await this.#kube.find<Pod>(nodesRef, node);
    return found?.status?.conditions?.find((one) => one.type === 'Ready')?.status;
  }

  /** What a pod hears when it dials `HOST PORT`; `family` is of the addresses of a name. */
  async dial(pod: string, target: string, family: 4 | 6 = 4): Promise<string> {
    const session = await this.#kube.exec(this.#namespace, pod, ['echo', 'dial']);
    session.writeLine(`${target} ${this.#dns} ${family}`);
    for await (const line of session.lines) {
      session.close();
      return line;
    }
    return `nothing: ${session.stderr()}`;
  }

  #manifest(
    name: string,
    node: number,
    { args = ['serve', '8080'], labels = { app: 'web' }, hostNetwork = false }: PodWish,
  ): KubeObject & { spec: { containers: object[] } } {
    const image = this.#cluster.image('test/echo');
    const spec = {
      nodeSelector: { 'kubernetes.io/hostname': this.#cluster.nodes[node - 1]?.name ?? `node-${node}` },
      terminationGracePeriodSeconds: 1,
      hostNetwork,
      containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent', args }],
    };
    return { metadata: { name, namespace: this.#namespace, labels: { ...labels } }, spec };
  }
}
