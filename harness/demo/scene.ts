import { namespaces } from '../../agent/kube/object.ts';
import type { DatabaseConnection, Topology } from '../../clusters/cluster.ts';
import type { CasePod } from '../world/case-pod.ts';
import { addressesOf } from '../world/leases.ts';
import { startPod } from '../world/start-pods.ts';
import type { Testbed } from '../world/testbed.ts';
import { convergence } from '../world/timeouts.ts';

export interface Application {
  readonly namespace: string;
  readonly address: string;
  /** The node through which the figure has it leave. */
  readonly via: string;
  readonly login: { readonly database: string; readonly user: string; readonly password: string };
}

const application = (namespace: string, address: string, via: string): Application => ({
  namespace,
  address,
  via,
  login: { database: namespace, user: namespace, password: `${namespace}-secret` },
});

/** Figure 4 of the article: lab leaves through node 1 with the first address of the range, yelb-app through node 2 with the next. */
function applicationsOn({ nodes, egressRange }: Topology): Application[] {
  const addresses = addressesOf(egressRange);
  return ['lab', 'yelb-app'].map((namespace, index) =>
    application(namespace, addresses[index] ?? '', nodes[index]?.name ?? ''),
  );
}

/** A namespace without an Egress, whose pods keep leaving as their nodes. */
export const bystander = 'other';

export interface Visit {
  readonly application: Application;
  readonly pod: CasePod;
  /** The source address that the database saw, or what became of the connection instead. */
  readonly source: string;
}

/** The applications' pods, one on each node, and what they do. */
export class Scene {
  readonly applications: readonly Application[];
  readonly #testbed: Testbed;
  readonly #pods = new Map<string, readonly CasePod[]>();

  constructor(testbed: Testbed) {
    this.#testbed = testbed;
    this.applications = applicationsOn(testbed.cluster.topology);
  }

  async open(): Promise<void> {
    const { nodes } = this.#testbed.cluster;
    const names = nodes.map((node) => node.name);
    await Promise.all([
      ...this.applications.map(({ namespace }) => this.#start(namespace, names)),
      this.#start(bystander, names.slice(-1)),
    ]);
  }

  podsOf(namespace: string): readonly CasePod[] {
    return this.#pods.get(namespace) ?? [];
  }

  /** Every pod of both applications connects once to its own application's database. */
  async visitAll(): Promise<Visit[]> {
    const visits = this.applications.flatMap((application) =>
      this.podsOf(application.namespace).map(async (pod) => ({
        application,
        pod,
        source: await this.connect(pod, application),
      })),
    );
    return Promise.all(visits);
  }

  /** What comes of it when a pod connects to the database of an application. */
  async connect(pod: CasePod, to: Application): Promise<string> {
    const { address: host, port } = this.#testbed.cluster.database;
    const [sample] = await pod.query(to.login, { name: 'database', host, port }, 1, 1);
    return sample?.seen?.address ?? sample?.outcome ?? 'nothing';
  }

  /** Until every pod has been seen with its application's address several times in a row; the time it took, milliseconds. */
  async settled(limitMs: number): Promise<number | null> {
    const begin = performance.now();
    for (let good = 0; performance.now() - begin < limitMs;) {
      const visits = await this.visitAll();
      good = visits.every(({ source, application: { address } }) => source === address) ? good + 1 : 0;
      if (good === convergence.good) return performance.now() - begin;
    }
    return null;
  }

  /** The database's own log since a mark, the last line of each kind. */
  async databaseLog(since: number): Promise<DatabaseConnection[]> {
    const { entries } = await this.#testbed.cluster.database.connections(since);
    return [...new Map(entries.map((entry) => [`${entry.outcome} ${entry.database} ${entry.source}`, entry])).values()];
  }

  async #start(namespace: string, nodes: readonly string[]): Promise<void> {
    const { kube } = this.#testbed;
    await kube.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const rest = { namespace, labels: { app: namespace }, hostNetwork: false, witnessPort: 0, tokenPrefix: 'demo' };
    const pods = await Promise.all(
      nodes.map((node, index) => startPod(this.#testbed, { ...rest, name: `${namespace}-${index + 1}`, node })),
    );
    this.#pods.set(namespace, pods);
  }
}
