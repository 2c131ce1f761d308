import { trafficProgram } from '../traffic/programs.ts';
import { namespaces as namespaceResource, pods as podResource, serviceAccounts } from '../../agent/kube/object.ts';
import { whenReflected } from '../../agent/kube/when.ts';
import type { Host } from '../../clusters/cluster.ts';
import type { PodFacts } from '../history/events.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog, ChangeOptions } from './case-log.ts';
import { CasePod } from './case-pod.ts';
import { startPod } from './start-pods.ts';
import { caseLabel, type Testbed } from './testbed.ts';
import { timeouts } from './timeouts.ts';

export interface PodWish {
  readonly node: string;
  /** Default: one that no other pod of the case has. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
}

type Labels = Readonly<Record<string, string | null>>;

/** The namespaces and pods of one case: unique names on the cluster, the case's own names here. */
export class Namespaces implements AsyncDisposable {
  readonly everyPod: { pod: PodFacts; port: number }[] = [];
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #runName: string;
  readonly #pods = new Map<string, CasePod[]>();
  readonly #hostProcesses: CasePod[] = [];
  readonly #ports = new Set<number>();
  readonly #stopListening: (() => void)[] = [];
  #started = 0;

  constructor(testbed: Testbed, log: CaseLog, runName: string) {
    this.#testbed = testbed;
    this.#log = log;
    this.#runName = runName;
  }

  /** The name on the cluster of what the case calls `name`. */
  realName(name: string): string {
    return `${this.#runName}-${name}`;
  }

  async create(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const real = this.realName(name);
    this.#log.step(`namespace ${real}`);
    this.#pods.set(name, []);
    const metadata = {
      name: real,
      labels: { 'kubernetes.io/metadata.name': real, [caseLabel]: this.#runName, ...labels },
    };
    const { kube, context } = this.#testbed;
    await kube.create(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata });
    // Before a controller has made it no pod is admitted there.
    using accounts = kube.reflect(serviceAccounts, { namespace: real, fieldSelector: 'metadata.name=default' });
    await whenReflected([accounts], {
      look: () => accounts.items.size > 0 || undefined,
      limitMs: timeouts.podReady,
      last: () => `namespace ${real} had no service account default within ${timeouts.podReady} ms`,
      signal: context.signal,
    });
  }

  podsOf(name: string): readonly CasePod[] {
    const pods = this.#pods.get(name);
    if (pods === undefined)
      throw new Error(`the case has no namespace ${name}; it has ${[...this.#pods.keys()].join(', ')}`);
    return pods;
  }

  async addPods(namespace: string, wishes: readonly PodWish[]): Promise<CasePod[]> {
    const ports = await this.openPorts(wishes.length);
    const started = await Promise.all(
      wishes.map(({ node, labels = {}, hostNetwork = false, ...wish }, index) => {
        const name = wish.name ?? `${node}-${(this.#started += 1)}`;
        const witnessPort = ports[index] ?? 0;
        const request = { namespace: this.realName(namespace), name, node, labels, hostNetwork, witnessPort };
        return startPod(this.#testbed, { ...request, tokenPrefix: this.#runName });
      }),
    );
    for (const { facts, witnessPort } of started) this.note(facts, witnessPort);
    this.#pods.get(namespace)?.push(...started);
    return started;
  }

  /** Ends pods at once; resolves when the API has forgotten them. */
  async removePods(pods: readonly PodFacts[]): Promise<void> {
    const { kube, podCache } = this.#testbed;
    this.#log.change(`pods ${pods.map(({ name }) => name).join(', ')} are deleted`, (pod) => pods.includes(pod));
    for (const [name, members] of this.#pods) {
      for (const member of members) if (pods.includes(member.facts)) member[Symbol.dispose]();
      this.#pods.set(
        name,
        members.filter(({ facts }) => !pods.includes(facts)),
      );
    }
    await Promise.all(
      pods.map(({ namespace, name }) => kube.delete(podResource, name, namespace, { gracePeriodSeconds: 0 })),
    );
    const left = (): string[] =>
      pods.map(({ namespace, name }) => `${namespace}/${name}`).filter((key) => podCache.items.has(key));
    await whenReflected([podCache], {
      look: () => left().length === 0 || undefined,
      limitMs: timeouts.cleanup,
      last: () => `pods ${left().join(', ')} were not gone ${timeouts.cleanup} ms after they were deleted`,
    });
  }

  /** Deletes a namespace with its pods; resolves when another one can have its name. */
  async remove(name: string): Promise<void> {
    const real = this.realName(name);
    const { kube, context } = this.#testbed;
    this.#log.change(`namespace ${real} is deleted`, ({ namespace }) => namespace === real);
    for (const pod of this.podsOf(name)) pod[Symbol.dispose]();
    this.#pods.delete(name);
    using all = kube.reflect(namespaceResource);
    await all.synced;
    await kube.delete(namespaceResource, real);
    await whenReflected([all], {
      look: () => !all.items.has(real) || undefined,
      limitMs: timeouts.cleanup,
      last: () => `namespace ${real} was not gone ${timeouts.cleanup} ms after it was deleted`,
      signal: context.signal,
    });
  }

  /** A process of the node itself, with its own port at the witness like a pod. */
  async startOnNode(name: string): Promise<CasePod> {
    const [port = 0] = await this.openPorts(1);
    const started = await this.startOnHost(this.#testbed.cluster.node(name), 'node', port);
    this.note(started.facts, port);
    return started;
  }

  /** A process of any host. `kind` stands where a pod has its namespace. */
  async startOnHost(host: Host & { readonly address6?: string }, kind: string, witnessPort = 0): Promise<CasePod> {
    const session = await host.start(trafficProgram, ['commands']);
    const { name, address, address6 } = host;
    const facts = {
      namespace: kind,
      name,
      ip: address,
      node: name,
      nodeAddress: address,
      ...(address6 === undefined ? {} : { ip6: address6, nodeAddress6: address6 }),
      hostNetwork: true,
    };
    const started = new CasePod(facts, witnessPort, session, this.#runName);
    this.#hostProcesses.push(started);
    await started.listening;
    return started;
  }

  /** Sets labels of a namespace; null removes one. */
  async label(name: string, labels: Labels, { stillSelected = false }: ChangeOptions = {}): Promise<void> {
    const real = this.realName(name);
    const text = `labels of namespace ${real}: ${JSON.stringify(labels)}`;
    this.#log.change(text, ({ namespace }) => namespace === real && !stillSelected);
    await this.#testbed.kube.patch(namespaceResource, real, { metadata: { labels } }, { type: 'merge' });
  }

  /** Sets labels of all pods of a namespace; null removes one. */
  async labelPods(pods: readonly PodFacts[], labels: Labels): Promise<void> {
    this.#log.change(`labels of ${pods.map(({ name }) => name).join(', ')}: ${JSON.stringify(labels)}`, (pod) =>
      pods.includes(pod),
    );
    await Promise.all(
      pods.map(({ namespace, name }) =>
        this.#testbed.kube.patch(podResource, name, { metadata: { labels } }, { type: 'merge', namespace }),
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { kube, witness, ports } = this.#testbed;
    for (const stop of this.#stopListening) stop();
    for (const pod of [...this.#pods.values(), this.#hostProcesses].flat()) pod[Symbol.dispose]();
    const names = [...this.#pods.keys()].map((name) => this.realName(name));
    await Promise.all(names.map((name) => kube.delete(namespaceResource, name)));
    await this.#whenGone(new Set(names));
    await witness.close([...this.#ports]);
    for (const port of this.#ports) ports.release(port);
  }

  /** Ports of the witness, for pods of this case only. */
  get ports(): ReadonlySet<number> {
    return this.#ports;
  }

  async openPorts(count: number): Promise<number[]> {
    const { ports, witness } = this.#testbed;
    const taken = Array.from({ length: count }, () => ports.take());
    for (const port of taken) this.#ports.add(port);
    await witness.open(taken);
    const record = this.#log.recorder;
    this.#stopListening.push(witness.onRequest(new Set(taken), (entry) => record.record({ type: 'ledger', ...entry })));
    return taken;
  }

  /** A port of the witness where nobody listens. */
  closedPort(): number {
    const port = this.#testbed.ports.take();
    this.#ports.add(port);
    return port;
  }

  /** From here on its packets are known as those of this pod. */
  note(pod: PodFacts, witnessPort: number): void {
    this.everyPod.push({ pod, port: witnessPort });
    this.#log.recorder.record({ type: 'pod', atUs: nowUs(), pod, witnessPort });
  }

  /** Pods that linger would answer, and be counted, in the next case. */
  async #whenGone(names: ReadonlySet<string>): Promise<void> {
    const { podCache } = this.#testbed;
    const left = (): string[] => [...podCache.items.keys()].filter((key) => names.has(key.split('/')[0] ?? ''));
    await whenReflected([podCache], {
      look: () => left().length === 0 || undefined,
      limitMs: timeouts.cleanup,
      last: () => `pods ${left().join(', ')} were not gone ${timeouts.cleanup} ms after their namespaces were deleted`,
    });
  }
}
