import { setTimeout as sleep } from 'node:timers/promises';
import type { PolicyEvent, PolicyMetrics, PolicyStatus } from '../adapter/observation.ts';
import { statusIsTrue } from '../check/status.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { Egress } from './egress.ts';
import type { Neighbours } from './neighbours.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';

/** The catalogue's limit: a status tells of an assignment, or of its end, this soon. */
const statusMs = 10_000;
const lookEveryMs = 100;

/** What the implementation says about policies, against what is so on the wire. */
export class Statuses {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #neighbours: Neighbours;

  constructor(testbed: Testbed, log: CaseLog, neighbours: Neighbours) {
    this.#testbed = testbed;
    this.#log = log;
    this.#neighbours = neighbours;
  }

  /** Check: it soon tells all addresses of the policy, each with the node that answers for it on the node LAN. */
  async comesTrue(egress: Egress): Promise<CheckResult> {
    const name = `the status of ${egress.name} tells ${egress.addresses.join(', ')} and who has it, and it is so`;
    const startUs = nowUs();
    for (;;) {
      const status = await this.#until(egress, ({ assigned }) => assigned.length >= egress.addresses.length);
      const toldMs = millisSince(startUs, nowUs());
      const answering = new Map<string, string | null>();
      for (const address of egress.addresses) answering.set(address, await this.#neighbours.nodeOf(address));
      const judged = statusIsTrue({ claims: status.assigned, wanted: egress.addresses, answering }, { name });
      if (judged.outcome === 'pass') return this.#log.conclude({ ...judged, measured: { toldMs } });
      // The address may have moved between the two questions.
      if (millisSince(startUs, nowUs()) > statusMs) return this.#log.conclude(judged);
      await sleep(lookEveryMs);
    }
  }

  /** Check: it soon tells of no node, for an address that nobody answers for. */
  async claimsNothing(egress: Egress): Promise<CheckResult> {
    const name = `the status of ${egress.name} claims no node for ${egress.addresses.join(', ')}, which nobody has`;
    const { assigned } = await this.#until(egress, (status) => status.assigned.length === 0);
    const answering = new Map<string, string | null>();
    for (const address of egress.addresses) answering.set(address, await this.#neighbours.nodeOf(address));
    const someone = [...answering].find(([, node]) => node !== null);
    if (someone !== undefined)
      return this.#log.conclude(failed(name, `${someone[1]} answers for ${someone[0]}, which no node should have`, []));
    return this.#log.conclude(statusIsTrue({ claims: assigned, wanted: [], answering }, { name }));
  }

  /**
   * Check: within the time declared for it the status does not name a node any more that is lost, and what it names from
   * then on is so.
   */
  async forgets(egress: Egress, lost: string): Promise<CheckResult> {
    const { nodeLossMs } = this.#testbed.adapter.declared;
    const name = `the status of ${egress.name} forgets ${lost} within ${nodeLossMs} ms`;
    const startUs = nowUs();
    const names = ({ assigned }: PolicyStatus): boolean => assigned.some(({ node }) => node === lost);
    const status = await this.#until(egress, (one) => !names(one), nodeLossMs);
    const forgottenMs = millisSince(startUs, nowUs());
    if (names(status)) return this.#log.conclude(failed(name, `it still names it after ${forgottenMs} ms`, []));
    const wanted = status.assigned.map(({ address }) => address);
    const answering = new Map<string, string | null>();
    for (const address of wanted) answering.set(address, await this.#neighbours.nodeOf(address));
    const judged = statusIsTrue({ claims: status.assigned, wanted, answering }, { name });
    return this.#log.conclude(judged.outcome === 'pass' ? { ...judged, measured: { forgottenMs } } : judged);
  }

  /** Check: it soon tells in words why the policy has no address in place, and then claims none. */
  async saysWhy(egress: Egress, like: RegExp = /\S+ \S+ \S+/): Promise<CheckResult> {
    const name = `the status of ${egress.name} says why it is not in place`;
    const { pendingReason, assigned } = await this.#until(
      egress,
      (status) => like.test(status.pendingReason ?? '') && status.assigned.length === 0,
    );
    const claims = assigned.map(({ address, node }) => `; it claims ${address} on ${node}`).join('');
    const message = `${pendingReason === null ? 'it says nothing' : `it says "${pendingReason}"`}${claims}`;
    const isRight = like.test(pendingReason ?? '') && claims === '';
    return this.#log.conclude(isRight ? passed(name, message) : failed(name, message, []));
  }

  /** What it says now about why the policy is not in place. */
  async reasonOf(egress: Egress): Promise<string | null> {
    return (await this.#until(egress, () => true)).pendingReason;
  }

  /** Check: an event of this kind tells of the policy soon, with every one of these words; also when the policy is gone. */
  async isTold(egress: Egress, what: PolicyEvent['what'], words: readonly string[]): Promise<CheckResult> {
    const { adapter, context } = this.#testbed;
    if (adapter.eventsOf === undefined) throw new Error(`${adapter.name} claims events and has no way to read them`);
    const name = `an event tells that ${egress.name} is ${what}, with ${words.join(', ') || 'some reason'}`;
    const startUs = nowUs();
    for (;;) {
      const all = await adapter.eventsOf(egress.name, context);
      const found = all.find((event) => event.what === what && words.every((word) => event.text.includes(word)));
      const waitedMs = millisSince(startUs, nowUs());
      if (found !== undefined) return this.#log.conclude(passed(name, `"${found.text}"`, { toldMs: waitedMs }));
      if (waitedMs > statusMs) {
        const texts = all.map((event) => `${event.what}: "${event.text}"`).join('; ') || 'none';
        return this.#log.conclude(failed(name, `not within ${statusMs} ms; events: ${texts}`, []));
      }
      await sleep(lookEveryMs);
    }
  }

  /** What the implementation counts now. */
  metrics(): Promise<PolicyMetrics> {
    const { adapter, context } = this.#testbed;
    if (adapter.metrics === undefined) throw new Error(`${adapter.name} claims metrics and has no way to read them`);
    return adapter.metrics(context);
  }

  /** Check: a number soon becomes this. */
  async comesToCount(what: string, wanted: number, value: (now: PolicyMetrics) => number): Promise<CheckResult> {
    const name = `${what} come to be ${wanted}`;
    const startUs = nowUs();
    for (;;) {
      const last = value(await this.metrics());
      const waitedMs = millisSince(startUs, nowUs());
      if (last === wanted) return this.#log.conclude(passed(name, `after ${waitedMs} ms`, { countedMs: waitedMs }));
      if (waitedMs > statusMs)
        return this.#log.conclude(failed(name, `not within ${statusMs} ms; they are ${last}`, []));
      await sleep(lookEveryMs);
    }
  }

  /** The first status that is as wanted, or else the last one. */
  async #until(
    { name }: Egress,
    isWanted: (status: PolicyStatus) => boolean,
    limitMs = statusMs,
  ): Promise<PolicyStatus> {
    const { adapter, context } = this.#testbed;
    if (adapter.statusOf === undefined) throw new Error(`${adapter.name} claims a status and has no way to read it`);
    const startUs = nowUs();
    for (;;) {
      const status = await adapter.statusOf(name, context);
      if (isWanted(status) || millisSince(startUs, nowUs()) > limitMs) return status;
      await sleep(lookEveryMs);
    }
  }
}
