import { setTimeout as sleep } from 'node:timers/promises';
import { manyFlows, type FlowCounts } from '../check/many-flows.ts';
import { failed, passed, unknown, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import { sinkPorts } from '../traffic/bulk-protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { NodeHosts } from './node-hosts.ts';
import type { Pods } from './pods.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';

/** Ports that flows can have: those below are not used for those above (RFC 6335, and Linux' NAT). */
const ports = { first: 1024, count: 65_536 - 1024 };
/** Flows of each pod beyond what there are ports for. */
const beyond = 1_000;
/** How long a flow without an answer is kept by the nodes here, seconds: longer than opening all of them takes. */
const keptS = 10;
/** From the last datagram on: the 2 s that they are kept, and the pauses of the kernel's own clearing. */
const forgetMs = 15_000;
const setting = 'net/netfilter/nf_conntrack_udp_timeout';

/**
 * Flows by the ten thousands, each of one datagram to one port of the witness. The router counts them by their source and
 * throws them away: nobody answers, and captures tell nothing of them.
 */
export class ManyFlows implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #nodeHosts: NodeHosts;
  readonly #log: CaseLog;
  readonly #table: string;
  readonly #undo = new AsyncDisposableStack();

  constructor(testbed: Testbed, nodeHosts: NodeHosts, log: CaseLog, runName: string) {
    this.#testbed = testbed;
    this.#nodeHosts = nodeHosts;
    this.#log = log;
    this.#table = `inet ${runName.replaceAll('-', '_')}_flows`;
  }

  /** Check: once all ports of the address are in use new flows fail, and none of all leaves with another address. */
  async exhaust(pods: Pods, address: string): Promise<CheckResult> {
    const { router, nodes } = this.#testbed.cluster;
    for (const { name } of nodes) await this.#nodeHosts.set(name, setting, String(keptS));
    const [family, name] = this.#table.split(' ') as [string, string];
    this.#undo.defer(async () => {
      await router.run(['nft', 'delete', 'table', family, name], { allowFailure: true });
    });
    const to = `ip daddr ${this.#host} udp dport ${sinkPorts.last}`;
    await router.run(['nft', '-f', '-'], {
      input: `table ${this.#table} {
        counter as_address { }
        counter otherwise { }
        chain arriving {
          type filter hook prerouting priority raw
          ${to} ip saddr ${address} counter name as_address drop
          ${to} counter name otherwise drop
        }
      }\n`,
    });
    const share = Math.floor(ports.count / pods.members.length);
    const firstOf = (index: number): number => ports.first + (index % pods.members.length) * share;
    await this.#open(pods, firstOf, share);
    const filled = await this.#counts();
    // The ports that its neighbour has used: of each pod flows that are new.
    await this.#open(pods, (index) => firstOf(index + 1), beyond);
    const after = await this.#counts();
    return this.#log.conclude(
      manyFlows(
        { filled, after, opened: share * pods.members.length, beyond: beyond * pods.members.length, address },
        { name: `${pods.label} open more flows than ${address} has ports for one destination` },
      ),
    );
  }

  /** Check: when old flows have ended, new ones leave with the address again, and none otherwise. */
  async recover(pods: Pods, address: string): Promise<CheckResult> {
    const name = `new flows leave as ${address} when old ones have ended`;
    const startUs = nowUs();
    const before = await this.#counts();
    const wanted = pods.members.length * beyond;
    for (;;) {
      const start = await this.#counts();
      await this.#open(pods, (index) => ports.first + ports.count - (index + 1) * beyond, beyond);
      const now = await this.#counts();
      const recoveredMs = millisSince(startUs, nowUs());
      const otherwise = now.otherwise - before.otherwise;
      if (otherwise > 0) return this.#log.conclude(failed(name, `${otherwise} left with another address`, []));
      const passing = now.asAddress - start.asAddress;
      const message = `${passing} of ${wanted} after ${recoveredMs} ms`;
      if (passing === wanted) return this.#log.conclude(passed(name, message, { recoveredMs }));
      if (recoveredMs > 2_000 * keptS) return this.#log.conclude(failed(name, message, []));
      await sleep(500);
    }
  }

  /** Check: of flows that have ended the egress node soon knows nothing more. `count`: of each pod. */
  async areForgotten(pods: Pods, node: string, count: number): Promise<CheckResult> {
    const all = count * pods.members.length;
    const name = `${node} forgets ${all} flows that have ended`;
    for (const { name: each } of this.#testbed.cluster.nodes) await this.#nodeHosts.set(each, setting, '2');
    const known = (): Promise<number> => this.#nodeHosts.flowsTo(node, this.#host, sinkPorts.last);
    await this.#open(pods, (index) => ports.first + index * count, count);
    const startUs = nowUs();
    const during = await known();
    if (during < 0.9 * all) return this.#log.conclude(unknown(name, `it knew ${during} of them while they were new`));
    for (;;) {
      const now = await known();
      const forgottenMs = millisSince(startUs, nowUs());
      const message = `${during} flows while they were new, ${now} after ${forgottenMs} ms`;
      if (now === 0) return this.#log.conclude(passed(name, message, { forgottenMs }));
      if (forgottenMs > forgetMs) return this.#log.conclude(failed(name, message, []));
      await sleep(200);
    }
  }

  async #open(pods: Pods, firstOf: (index: number) => number, count: number): Promise<void> {
    await Promise.all(
      pods.members.map((pod, index) => {
        const from = { firstSourcePort: firstOf(index), count };
        return pod.openFlows({ host: this.#host, port: sinkPorts.last, from: pod.facts.ip, ...from });
      }),
    );
    await this.#testbed.wire.fence();
  }

  async #counts(): Promise<FlowCounts> {
    const { stdout } = await this.#testbed.cluster.router.run(['nft', 'list', 'table', ...this.#table.split(' ')]);
    const of = (counter: string): number =>
      Number(new RegExp(`counter ${counter} \\{\\s*packets (\\d+)`).exec(stdout)?.[1]);
    return { asAddress: of('as_address'), otherwise: of('otherwise') };
  }

  get #host(): string {
    return this.#testbed.cluster.topology.outside.witness;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
