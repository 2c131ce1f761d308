import type { CaseResult, ClusterFacts } from '../../reports/model/run-result.ts';
import type { Cluster, ClusterProvider } from '../../clusters/cluster.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { none } from '../adapter/none.ts';
import { decide, type Place } from '../case/requirement.ts';
import type { EgressCase, TopologyName } from '../case/define-case.ts';
import { openTestbed } from '../world/testbed.ts';
import { clusterFacts } from './run-facts.ts';
import { connectTo, findRunning, provision, type ClusterWish } from './provision.ts';
import { runCases, type RunCasesOptions } from './run-cases.ts';

export interface SuiteOptions extends Omit<RunCasesOptions, 'onResult' | 'runTag' | 'keepFailed' | 'concurrency'> {
  readonly provider: ClusterProvider;
  readonly adapter: Adapter;
  readonly stateDir: string;
  /** Unique among the runs of this machine, for the names of clusters. */
  readonly runId: string;
  /** Whether the cluster stays: `on-failure`, at the first case that did not pass, with everything of it. */
  readonly keep: 'never' | 'on-failure' | 'always';
  /** Cases at a time; default: what two processors carry. */
  readonly concurrency?: number | undefined;
  /** On a cluster that is not ours: whether cases may disturb what else runs there. */
  readonly disruptive?: boolean;
  /** A running cluster to use instead of new ones. */
  readonly cluster?: Cluster;
  readonly progress: (step: string) => void;
  readonly onResult: (result: CaseResult, position: { readonly index: number; readonly total: number }) => void;
}

export interface SuiteOutcome {
  readonly results: readonly CaseResult[];
  /** Why a testbed could not be set up, or was lost. */
  readonly setUpFailure?: string;
  readonly kept: readonly Cluster[];
  /** What the clusters said about themselves. */
  readonly facts: Readonly<Record<string, string>>;
  /** What they were. */
  readonly clusters: readonly ClusterFacts[];
}

/**
 * Most of a case is waiting, so two processors carry four at a time; where a pod is a container that a runtime starts
 * with half a second of processor time, two.
 */
const casesAtOnce = { netns: 4, kind: 2, existing: 2 } as const;

/** Runs the cases, each on a cluster of the topology it wants: one cluster for all cases of a topology. */
export async function runSuite(cases: readonly EgressCase[], options: SuiteOptions): Promise<SuiteOutcome> {
  const results: CaseResult[] = [];
  const kept: Cluster[] = [];
  const facts: Record<string, string> = {};
  const clusters: ClusterFacts[] = [];
  const isFixed = (options.cluster?.provider ?? options.provider.name) === 'netns';
  // Elsewhere addresses are what they are: one cluster does for all, and a figure is told with what it has.
  const groups = Map.groupBy(cases, ({ topology }) => (isFixed ? topology : 'egress'));
  const onResult = (result: CaseResult): void => {
    results.push(result);
    options.onResult(result, { index: results.length, total: cases.length });
  };
  for (const [topology, members] of groups) {
    if (options.signal.aborted || (options.failFast && results.some(isBad))) break;
    if (isFixed && options.cluster !== undefined && options.cluster.topology.name !== topology) {
      const reason = `it needs the topology ${topology}; the cluster ${options.cluster.name} has ${options.cluster.topology.name}`;
      for (const definition of members) onResult(skipped(definition, reason, options));
      continue;
    }
    try {
      const { cluster, isBorrowed } = await clusterFor(`${topology}-${options.runId}`, topology, options);
      clusters.push(clusterFacts(cluster));
      const keep = await useCluster(cluster, isBorrowed, members, { ...options, onResult }, facts);
      if (options.cluster !== undefined) continue;
      if (isBorrowed) await cluster[Symbol.asyncDispose]();
      else if (keep) kept.push(cluster);
      else await cluster.down();
    } catch (error) {
      if (options.signal.aborted) break;
      const setUpFailure = `${topology}: ${error instanceof Error ? error.message : String(error)}`;
      return { results, setUpFailure, kept, facts, clusters };
    }
  }
  return { results, kept, facts, clusters };
}

/** The one that was named, one that runs and fits, or a new one. */
async function clusterFor(
  name: string,
  topology: TopologyName,
  options: SuiteOptions,
): Promise<{ cluster: Cluster; isBorrowed: boolean }> {
  if (options.cluster !== undefined) return { cluster: options.cluster, isBorrowed: true };
  const { provider, stateDir, signal, progress } = options;
  const lifetime = options.keep === 'never' ? 'caller' : 'detached';
  const wish: ClusterWish = { provider, name, topology, stateDir, lifetime, signal, progress };
  const running = await findRunning(wish);
  if (running === null) return { cluster: await provision(wish), isBorrowed: false };
  progress(`using ${running.name}, which runs already and is as wanted`);
  return { cluster: running, isBorrowed: true };
}

/** Says whether the cluster is to be kept; takes it down itself when it cannot be used. */
async function useCluster(
  cluster: Cluster,
  isBorrowed: boolean,
  cases: readonly EgressCase[],
  options: SuiteOptions & { readonly onResult: (result: CaseResult) => void },
  facts: Record<string, string>,
): Promise<boolean> {
  const place = { cluster, mayDisturb: cluster.isOurs || options.disruptive === true };
  // What plain Kubernetes does is seen before anything is installed.
  const stages = [
    { adapter: none, members: cases.filter(({ baseline }) => baseline === true) },
    { adapter: options.adapter, members: cases.filter(({ baseline }) => baseline !== true) },
  ]
    .map(({ adapter, members }) => ({ adapter, members: runnable(members, adapter, place, options) }))
    .filter(({ members }) => members.length > 0);
  if (stages.length === 0) return options.keep === 'always';
  const kube = await connectTo(cluster);
  const keepFailed = options.keep === 'on-failure';
  let isSomethingBad = false;
  try {
    facts['kubernetes'] = (JSON.parse(await kube.raw('/version')) as { gitVersion: string }).gitVersion;
    facts['postgresql'] = cluster.database.version;
    for (const { adapter, members } of stages) {
      if (options.signal.aborted || (isSomethingBad && (keepFailed || options.failFast))) break;
      if (adapter !== none) options.progress(`${cluster.name}: installing ${adapter.name}`);
      await using testbed = await openTestbed(cluster, kube, adapter, options.signal);
      const runTag = options.runId.slice(-4).toLowerCase();
      await using borrowed = new AsyncDisposableStack();
      if (!cluster.isOurs) borrowed.defer(() => adapter.uninstall(testbed.context));
      const concurrency = options.concurrency ?? casesAtOnce[cluster.provider];
      const results = await runCases(testbed, members, { ...options, concurrency, runTag, keepFailed });
      isSomethingBad ||= results.some(isBad);
    }
    return options.keep === 'always' || (keepFailed && isSomethingBad);
  } catch (error) {
    if (!isBorrowed) await cluster.down();
    throw error;
  } finally {
    kube.close();
  }
}

/** Those that can be run there; for the others it is told why not. */
function runnable(
  cases: readonly EgressCase[],
  adapter: Adapter,
  place: Place,
  options: SuiteOptions & { readonly onResult: (result: CaseResult) => void },
): EgressCase[] {
  return cases.filter((definition) => {
    const decision = decide(definition, adapter, place);
    if (!decision.run) options.onResult(skipped(definition, decision.reason, options, decision.claimed));
    return decision.run;
  });
}

function isBad({ outcome }: CaseResult): boolean {
  return outcome !== 'pass' && outcome !== 'skip';
}

function skipped(definition: EgressCase, reason: string, options: SuiteOptions, claimed = true): CaseResult {
  const { id, title, level, features } = definition;
  const repeat = options.repeatCommand(id);
  const startedAt = new Date().toISOString();
  return {
    id,
    title,
    level,
    features: [...features],
    claimed,
    outcome: 'skip',
    reason,
    startedAt,
    durationMs: 0,
    attempts: 0,
    checks: [],
    repeat,
  };
}
