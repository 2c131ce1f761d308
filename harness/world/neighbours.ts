import { trafficProgram } from '../traffic/programs.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { Host, RunningProcess } from '../../clusters/cluster.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';
import { timeouts } from './timeouts.ts';

/** How long an answer by ARP or ND is waited for: three requests, one a second (net.ipv4.neigh.*.mcast_solicit, and so for IPv6). */
const resolutionMs = 3_500;

/** Who answers for an address on the node LAN, as the router finds out by ARP or ND. */
export class Neighbours implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  #prober: RunningProcess | undefined;
  #macs: ReadonlyMap<string, string> | undefined;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** Check. */
  async someoneAnswersFor(address: string): Promise<CheckResult> {
    const name = `somebody answers for ${address}`;
    const mac = await this.whoAnswersFor(address);
    return this.#log.conclude(
      mac === null ? failed(name, 'nobody answered the router', []) : passed(name, `${mac} does`),
    );
  }

  /** Check. */
  async nobodyAnswersFor(address: string): Promise<CheckResult> {
    const name = `nobody answers for ${address}`;
    const mac = await this.whoAnswersFor(address);
    return this.#log.conclude(
      mac === null ? passed(name, 'the router got no answer') : failed(name, `${mac} answered the router`, []),
    );
  }

  /** Check: within the implementation's declared time nobody answers any more. */
  async comesToBeNobodys(address: string): Promise<CheckResult> {
    const name = `nobody comes to answer for ${address}`;
    const { settleMs } = this.#testbed.adapter.declared;
    const startUs = nowUs();
    for (;;) {
      const mac = await this.whoAnswersFor(address);
      if (mac === null) return this.#log.conclude(passed(name, 'the router got no answer'));
      const waitedMs = millisSince(startUs, nowUs());
      if (waitedMs > settleMs)
        return this.#log.conclude(failed(name, `${mac} still answered the router after ${waitedMs} ms`, []));
    }
  }

  /** The node that answers, or null when nobody does; a MAC address that no node has stays what it is. */
  async nodeOf(address: string): Promise<string | null> {
    const mac = await this.whoAnswersFor(address);
    if (mac === null) return null;
    return (await this.#nodesByMac()).get(mac) ?? mac;
  }

  /** The node that the router believes to have the address, without asking anew; null when it knows of none. */
  async knownNodeOf(address: string): Promise<string | null> {
    const { mac } = await this.#entryOf(address);
    return mac === null ? null : ((await this.#nodesByMac()).get(mac) ?? mac);
  }

  /** Check. */
  async isAt(address: string, node: string): Promise<CheckResult> {
    const name = `${node} answers for ${address}`;
    const now = await this.nodeOf(address);
    return this.#log.conclude(now === node ? passed(name, 'it does') : failed(name, `${now ?? 'nobody'} does`, []));
  }

  /** Check: not the one that answered before (see `nodeOf`). */
  async someoneElseAnswersFor(address: string, before: string | null): Promise<CheckResult> {
    const name = `another node answers for ${address}`;
    const now = await this.nodeOf(address);
    const isOther = now !== null && now !== before;
    const message = `before ${before ?? 'nobody'}, now ${now ?? 'nobody'}`;
    return this.#log.conclude(isOther ? passed(name, message) : failed(name, message, []));
  }

  /** The MAC address that answers, or null when nobody does. Asks anew each time. */
  async whoAnswersFor(address: string): Promise<string | null> {
    const { router } = this.#testbed.cluster;
    const { lan } = router.interfaces;
    this.#prober ??= await router.start(trafficProgram, ['commands']);
    await router.run(['ip', 'neigh', 'del', address, 'dev', lan], { allowFailure: true });
    // Any packet to the address makes the router's kernel ask for it.
    const probe = {
      op: 'probe',
      kind: 'udp',
      host: address,
      port: 9,
      count: 1,
      intervalMs: 1,
      timeoutMs: 100,
      maxLateMs: 10_000,
    };
    this.#prober.writeLine(JSON.stringify({ ...probe, id: address, tokenPrefix: 'neighbour' }));
    for (let waitedMs = 0; waitedMs < resolutionMs; waitedMs += 50) {
      await sleep(50);
      const entry = await this.#entryOf(address);
      if (entry.mac !== null) return entry.mac;
      if (entry.failed) return null;
    }
    return null;
  }

  /** A node without power has no links to tell of, and answers for nothing; it is asked again when it is back. */
  async #nodesByMac(): Promise<ReadonlyMap<string, string>> {
    if (this.#macs !== undefined) return this.#macs;
    const { nodes } = this.#testbed.cluster;
    const lines = await Promise.all(nodes.map((node) => linksOf(node).catch(() => null)));
    const found = macsOf(
      nodes.flatMap(({ name }, at) => (lines[at] ?? []).map((mac): [string, string] => [mac, name])),
    );
    if (!lines.includes(null)) this.#macs = found;
    return found;
  }

  async #entryOf(address: string): Promise<ReturnType<typeof parseNeighbour>> {
    const { router } = this.#testbed.cluster;
    const question = ['ip', '-json', 'neigh', 'show', 'to', address, 'dev', router.interfaces.lan];
    return parseNeighbour((await router.run(question, { timeoutMs: timeouts.command })).stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prober?.stop();
  }
}

/** The MAC addresses of its links. */
async function linksOf(node: Host): Promise<string[]> {
  const { stdout } = await node.run(['ip', '-json', 'link']);
  return (JSON.parse(stdout) as { address?: string }[]).flatMap(({ address }) => address ?? []);
}

/** Which node has an interface with this MAC address, where only one has. */
function macsOf(pairs: readonly (readonly [mac: string, node: string])[]): ReadonlyMap<string, string> {
  const owners = Map.groupBy(pairs, ([mac]) => mac);
  return new Map(
    [...owners].flatMap(([mac, found]): [string, string][] => {
      const names = new Set(found.map(([, node]) => node));
      const [only] = names;
      return names.size === 1 && only !== undefined ? [[mac, only]] : [];
    }),
  );
}

/** Of `ip -json neigh show`: the MAC of a usable entry, and whether resolution has been given up. */
function parseNeighbour(json: string): { mac: string | null; failed: boolean } {
  const entries = JSON.parse(json.trim() || '[]') as { lladdr?: string; state?: string[] }[];
  const usable = entries.find(
    ({ lladdr, state = [] }) => lladdr !== undefined && !state.includes('FAILED') && !state.includes('INCOMPLETE'),
  );
  return { mac: usable?.lladdr ?? null, failed: entries.some(({ state = [] }) => state.includes('FAILED')) };
}
