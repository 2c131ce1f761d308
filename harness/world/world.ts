import { isIP } from 'node:net';
import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { Database, Firewall, Topology } from '../../clusters/cluster.ts';
import type { Selection } from '../adapter/adapter.ts';
import type { Declared } from '../adapter/declared.ts';
import type { EgressCase } from '../case/define-case.ts';
import type { CheckContext, CheckResult } from '../check/violations.ts';
import type { Destination, PodFacts } from '../history/events.ts';
import type { CaseLog } from './case-log.ts';
import type { CasePod } from './case-pod.ts';
import { both } from '../check/address.ts';
import { complementOf } from '../check/complement.ts';
import { Allocation } from './allocation.ts';
import { dialAtStart, type DialRun, type DialWish } from './dialling.ts';
import { BadInputs } from './bad-inputs.ts';
import { Egress, type EgressOptions } from './egress.ts';
import { runToEnd } from './ended-pods.ts';
import { Bulk } from './bulk.ts';
import { Diagnostics } from './diagnostics.ts';
import { Faults } from './faults.ts';
import { Forgery } from './forgery.ts';
import { Namespaces, type PodWish } from './namespaces.ts';
import { FromOutside } from './from-outside.ts';
import { newAddress, newAddress6 } from './new-addresses.ts';
import { ManyFlows } from './many-flows.ts';
import { NeighbourNews } from './neighbour-news.ts';
import { Neighbours } from './neighbours.ts';
import { OutsidePath } from './outside-path.ts';
import { NodeHosts } from './node-hosts.ts';
import { Nodes } from './nodes.ts';
import { lackingPlacement, nodesOf } from './placements.ts';
import { Pods, type PodsSurroundings } from './pods.ts';
import { startPodsAs, type PodAddress } from './pod-addresses.ts';
import { selectionOf, type Of } from './selection.ts';
import { SecondNetwork } from './second-network.ts';
import { Restarts } from './restarts.ts';
import { Services } from './services.ts';
import { Statuses } from './statuses.ts';
import type { Testbed } from './testbed.ts';
import { Wire } from './wire.ts';

/**
 * What a case sees of the testbed. It speaks of namespaces, pods and addresses; how they are made is not its business.
 * Everything is a property, so that a case can take apart what it needs: `async checks({ pods, egress })`.
 */
export class World implements AsyncDisposable {
  readonly topology: Topology;
  readonly services: Services;
  readonly neighbours: Neighbours;
  readonly neighbourNews: NeighbourNews;
  readonly nodes: Nodes;
  readonly statuses: Statuses;
  readonly outside: OutsidePath;
  readonly fromOutside: FromOutside;
  readonly nodeHosts: NodeHosts;
  readonly manyFlows: ManyFlows;
  readonly secondNetwork: SecondNetwork;
  readonly badInputs: BadInputs;
  readonly allocation: Allocation;
  readonly namespaces: Namespaces;
  readonly forgery: Forgery;
  readonly bulk: Bulk;
  readonly diagnostics: Diagnostics;
  readonly faults: Faults;
  readonly restarts: Restarts;
  readonly log: CaseLog;
  readonly #testbed: Testbed;
  readonly #undo = new AsyncDisposableStack();
  readonly #around: PodsSurroundings;
  readonly #runName: string;
  readonly #parameters: Readonly<Record<string, number>>;
  #egresses = 0;

  /** `runName` makes names unique on the cluster, e.g. `id-01-4f`; `parameters` are those of the case, as set. */
  constructor(testbed: Testbed, log: CaseLog, runName: string, parameters: Readonly<Record<string, number>> = {}) {
    this.#testbed = testbed;
    this.#runName = runName;
    this.#parameters = parameters;
    this.topology = testbed.cluster.topology;
    this.log = log;
    this.#around = {
      log,
      settleMs: testbed.adapter.declared.settleMs,
      witnessAddress: (over) => this.#witnessAddress(over),
      ownerOf: (address) => testbed.ownerOf(address),
    };
    this.namespaces = this.#undo.use(new Namespaces(testbed, log, runName));
    this.bulk = new Bulk(testbed, log);
    this.diagnostics = new Diagnostics(testbed, log);
    this.faults = this.#undo.use(new Faults(testbed, log));
    this.restarts = new Restarts(testbed, log);
    this.forgery = new Forgery(testbed, this.namespaces, log);
    this.services = new Services(testbed, this.namespaces);
    this.neighbours = this.#undo.use(new Neighbours(testbed, log));
    this.outside = this.#undo.use(new OutsidePath(testbed, log));
    this.badInputs = new BadInputs(testbed, log, runName);
    this.neighbourNews = new NeighbourNews(testbed, log, this.neighbours, this.outside);
    this.statuses = new Statuses(testbed, log, this.neighbours);
    this.fromOutside = this.#undo.use(new FromOutside(testbed, this.namespaces, this.#around, log));
    this.nodeHosts = this.#undo.use(new NodeHosts(testbed, log, runName));
    this.manyFlows = this.#undo.use(new ManyFlows(testbed, this.nodeHosts, log, runName));
    this.secondNetwork = this.#undo.use(new SecondNetwork(testbed, log, runName));
    this.nodes = this.#undo.use(new Nodes(testbed, log));
    this.allocation = this.#undo.use(new Allocation(testbed, log, this.statuses, runName));
  }

  /** Makes what the case takes as given. */
  async prepare(given: EgressCase['given']): Promise<void> {
    const all = this.topology.nodes.map(({ name }) => name);
    await Promise.all(
      Object.entries(given).map(async ([name, { labels, pods }]) => {
        await this.namespaces.create(name, labels);
        if (pods === undefined) return;
        const { on, perNode = 1, ...rest } = pods;
        const nodes = on === 'everyNode' ? all : nodesOf(all, on);
        const wishes = nodes.flatMap((node) => Array.from({ length: perNode }, (): PodWish => ({ ...rest, node })));
        await this.namespaces.addPods(name, wishes);
      }),
    );
  }

  /** The pods of the namespaces, as the case calls them. */
  readonly pods = (...names: readonly string[]): Pods => {
    return new Pods(
      `pods of ${names.join(' and ')}`,
      names.flatMap((name) => this.namespaces.podsOf(name)),
      this.#around,
    );
  };

  /** Starts pods in a namespace of the case and gives them. */
  readonly startPods = async (namespace: string, wishes: readonly PodWish[]): Promise<Pods> => {
    const started = await this.namespaces.addPods(namespace, wishes);
    return new Pods(`new pods of ${namespace}`, started, this.#around);
  };

  /** Starts pods, `perSecond` of them, that make their first connection as their very first action. */
  readonly dialAtStart = async (wishes: readonly DialWish[], perSecond: number): Promise<DialRun> => {
    return dialAtStart(this.#testbed, this.namespaces, { wishes, perSecond, witness: this.witnessAddress });
  };

  /** What a number of the case (its `parameters`) was set to. */
  readonly parameter = (name: string): number => {
    const value = this.#parameters[name];
    if (value === undefined) throw new Error(`the case has no parameter ${name}`);
    return value;
  };

  /** Ends pods of the case at once. */
  readonly removePods = (pods: Pods): Promise<void> => this.namespaces.removePods(pods.facts);

  /** Runs a pod on each node until it has ended; it stays in the API. */
  readonly runToEnd = (namespace: string, nodes: readonly string[]): Promise<PodAddress[]> => {
    this.log.step(`pods of ${namespace} run to their end on ${nodes.join(', ')}`);
    return runToEnd(this.#testbed, this.namespaces.realName(namespace), nodes);
  };

  /** Starts, for each address, a pod of the namespace on the node that has the address free. */
  readonly startPodsAs = async (namespace: string, addresses: readonly PodAddress[]): Promise<Pods> => {
    const started = await startPodsAs(this.#testbed, this.namespaces, namespace, addresses);
    return new Pods(`new pods of ${namespace} with old addresses`, started, this.#around);
  };

  /** A process of each node, without a pod. */
  readonly nodeProcesses = async (nodes: readonly string[]): Promise<Pods> => {
    const started = await Promise.all(nodes.map((node) => this.namespaces.startOnNode(node)));
    return new Pods(`processes of ${nodes.join(', ')}`, started as CasePod[], this.#around);
  };

  /** An address that nobody else uses during the case; with a number from 1, this very one of the range. */
  readonly newAddress = (number?: number): string => newAddress(this.#testbed, this.#undo, number);

  /** An IPv6 address that nobody else uses during the case. */
  readonly newAddress6 = (): string => newAddress6(this.#testbed, this.#undo);

  /** Makes these pods leave as a new address (or the given ones). Resolves when the API has accepted it. */
  readonly egress = async (of: Of, options: EgressOptions = {}): Promise<Egress> => {
    const name = `${this.#runName}-${(this.#egresses += 1)}`;
    const toSelection = (one: Of): Selection => selectionOf(one, (namespace) => this.namespaces.realName(namespace));
    const { pool, addresses = pool === undefined ? [this.newAddress()] : [], ...rest } = options;
    const pools = pool && { pools: [pool].flat().map((one) => one.name) };
    const intent = { name, selection: toSelection(of), addresses, ...rest, ...pools };
    if (rest.destinations) this.log.excepted.push(...complementOf(rest.destinations));
    const { adapter, context } = this.#testbed;
    const egress = new Egress(intent, toSelection, adapter, context, this.log);
    // An interrupted case must be undone all the same, so the undo does not listen to the run's signal.
    this.#undo.defer(() => egress.remove());
    await egress.apply();
    return egress;
  };

  /** Excepts these destinations, CIDRs, and no others, for all policies; at the end of the case none. */
  readonly except = async (cidrs: readonly string[]): Promise<void> => {
    const { adapter, context } = this.#testbed;
    this.log.change(`excepted for all policies: ${cidrs.join(', ') || 'nothing'}`, () => false);
    if (this.log.excepted.length === 0) this.#undo.defer(async () => adapter.except?.([], context));
    this.log.excepted.push(...cidrs);
    await adapter.except?.(cidrs, context);
  };

  /** A label value that no other case uses. */
  readonly unique = (value: string): string => {
    return `${value}-${this.#runName}`;
  };

  /** Records where the pods run relative to the exit; throws where one of the three placements has none. */
  readonly coversAllPlacements = async (pods: Pods, egress: Egress): Promise<void> => {
    const owner = await egress.owner();
    const lacking = lackingPlacement(pods.facts, owner, this.topology.nodes);
    if (lacking !== undefined)
      throw new Error(`${pods.label}: none is on ${lacking}; ${egress.address} is on ${owner}`);
    this.log.step(`${egress.address} is on ${owner}; ${pods.label} are on all three placements`);
  };

  /** The pod's own port at the witness. */
  readonly portOf = (pod: PodFacts): number => {
    const found = this.everyPod.find((one) => one.pod === pod);
    if (found === undefined) throw new Error(`${pod.namespace}/${pod.name} is no pod of this case`);
    return found.port;
  };

  /** A port of the witness where nobody listens. */
  readonly closedPort = (): number => this.namespaces.closedPort();

  /** One more port at the witness for the pod. */
  readonly anotherPortOf = async (pod: PodFacts): Promise<number> => {
    const [port = 0] = await this.namespaces.openPorts(1);
    this.namespaces.note(pod, port);
    return port;
  };

  /** The witness, as a destination of one pod. */
  readonly witnessOf = (pod: PodFacts): Destination => {
    return { name: 'witness', host: this.witnessAddress, port: this.portOf(pod) };
  };

  get witnessAddress(): string {
    return this.#witnessAddress();
  }

  /** The witness by IPv6. */
  get witnessAddress6(): string {
    return this.#witnessAddress(6);
  }

  get declared(): Declared {
    return this.#testbed.adapter.declared;
  }

  get database(): Database {
    return this.#testbed.cluster.database;
  }

  get firewall(): Firewall {
    return this.#testbed.cluster.firewall;
  }

  get databaseDestination(): Destination {
    return { name: 'database', host: this.database.address, port: this.database.port };
  }

  /** Undone when the case ends, however it ends. */
  readonly onExit = (undo: () => Promise<void>): void => this.#undo.defer(undo);

  /** A capture on the node's cable, of packets from or to the network. */
  readonly watchNode = async (node: string, network: string): Promise<Wire> => {
    const host = this.#testbed.cluster.node(node);
    return this.#undo.use(
      await Wire.open(host, [{ name: 'eth0', sentinel: this.topology.nodeLan.router }], [network], true),
    );
  };

  /** Adds the result of a checker that the case called itself. */
  readonly check = (name: string, judge: (context: CheckContext) => CheckResult): CheckResult => {
    return this.log.conclude(judge({ name, startUs: this.log.startUs, ownerOf: this.#around.ownerOf }));
  };

  /** Every pod of the case with its port at the witness, gone ones included. */
  get everyPod(): readonly { readonly pod: PodFacts; readonly port: number }[] {
    return this.namespaces.everyPod;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }

  #witnessAddress(over?: IpFamily): string {
    const { witness, witness6 } = this.topology.outside;
    const all = both(witness, witness6);
    const found = over === undefined ? witness : all.find((address) => isIP(address) === over);
    if (found === undefined) throw new Error(`the witness has no IPv${over} address; it has ${all.join(', ')}`);
    return found;
  }
}
