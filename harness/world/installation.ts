import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Host } from '../../clusters/cluster.ts';
import type { Adapter, AdapterContext } from '../adapter/adapter.ts';
import { asBefore, stateLines, without, type NodeState } from '../check/node-state.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';

export type NodeStates = ReadonlyMap<string, NodeState>;

/**
 * Rules without counters (iptables-nft is in them as well), links, addresses, routes, policy rules, and kernel settings.
 * Not whether the node forwards: the CNI switches that on with the first pod, and it sets accept_redirects (ip-sysctl).
 */
const script = `nft -s list ruleset
ip -br link; ip -br addr; ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule
cd /proc/sys/net/ipv4; grep -H . conf/all/* conf/default/* conf/eth0/* 2>/dev/null | grep -v -e /forwarding: -e /accept_redirects:`;

/** Null where nobody can look, or where the implementation is there already, so that it is too late. */
export async function statesBefore(adapter: Adapter, context: AdapterContext): Promise<NodeStates | null> {
  const { cluster } = context;
  if (!cluster.capabilities.nodeHosts.has || (await adapter.isInstalled(context))) return null;
  return statesOf(cluster);
}

async function statesOf({ nodes }: Cluster): Promise<NodeStates> {
  return new Map(await Promise.all(nodes.map(async (node) => [node.name, await stateOf(node)] as const)));
}

async function stateOf(host: Host): Promise<NodeState> {
  const { stdout } = await host.run(['sh', '-c', script]);
  return stateLines(stdout, host.address);
}

/** The implementation as a whole, which comes and goes. */
export class Installation {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** What somebody does to nodes, and the lines of their state that come of it, by node. */
  async linesOf(action: () => Promise<void>): Promise<NodeStates> {
    const before = await statesOf(this.#testbed.cluster);
    await action();
    const after = await statesOf(this.#testbed.cluster);
    return new Map([...after].map(([name, state]) => [name, without(state, before.get(name) ?? [])]));
  }

  /** Check: these lines of others are on the nodes now. */
  async keeps(others: NodeStates): Promise<CheckResult> {
    const name = 'what others have put on nodes is there as they put it';
    const now = await statesOf(this.#testbed.cluster);
    const lost = [...others].flatMap(([node, lines]) =>
      without(lines, now.get(node) ?? []).map((line) => `${node} has lost: ${line}`),
    );
    const count = [...others.values()].reduce((sum, lines) => sum + lines.length, 0);
    if (lost.length > 0) return this.#log.conclude(failed(name, lost.slice(0, 10).join('; '), []));
    return this.#log.conclude(passed(name, `${count} lines on ${others.size} nodes`));
  }

  /** Check: when it is taken away, nodes come to be as they were before it came, but for the lines of others. It is put back. */
  async leavesNothing(others: NodeStates): Promise<CheckResult> {
    const { adapter, context, cluster, before } = this.#testbed;
    if (before === null)
      throw new Error(
        `${adapter.name} was there before this run, which cannot tell what nodes were like; use a new cluster`,
      );
    const name = `without ${adapter.name} nodes are as they were before it came`;
    this.#log.change(`${adapter.name} is taken away`);
    try {
      await adapter.uninstall(context);
      const startUs = nowUs();
      for (;;) {
        const now = await statesOf(cluster);
        const nodes = [...now].map(([node, state]) => ({
          name: node,
          before: before.get(node) ?? [],
          others: others.get(node) ?? [],
          now: state,
        }));
        const judged = asBefore(nodes, { name, startUs: this.#log.startUs });
        if (judged.outcome === 'pass' || millisSince(startUs) > adapter.declared.settleMs)
          return this.#log.conclude(judged);
        await sleep(200);
      }
    } finally {
      this.#log.change(`${adapter.name} is put back`);
      await adapter.install(context);
    }
  }
}
