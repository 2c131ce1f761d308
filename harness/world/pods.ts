import {
  notReachable,
  reachable,
  refusedByHost,
  rejectedByServer,
  neverSource,
  sourceAlways,
  type SourceRule,
} from '../check/source.ts';
import { includesAddress } from '../check/address.ts';
import type { CheckContext, CheckResult } from '../check/violations.ts';
import type { Destination, PodFacts, Sample } from '../history/events.ts';
import type { StreamKind } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import { CaseStopped } from './case-log.ts';
import type { CasePod, Login } from './case-pod.ts';
import { nameOf, pathsOf, planOf, suffix, type ProbeOptions } from './probe-options.ts';
import {
  asText,
  burstOver,
  convergeOver,
  probeDuring,
  expectedOf,
  familiesOf,
  isEgressAddress,
  millisSince,
  type Expected,
  type Path,
} from './probing.ts';
import { burst } from './timeouts.ts';
import { untilAnswered } from './until-answered.ts';
import type { IpFamily } from '../../agent/linux/sockets.ts';

/** What pods of a case need from it. */
export interface PodsSurroundings {
  readonly log: CaseLog;
  readonly settleMs: number;
  /** The witness, by its addresses. */
  readonly witnessAddress: (over?: IpFamily) => string;
  readonly ownerOf: (address: string) => string | undefined;
}

/** Some pods of a case, and what is asserted about every one of them. */
export class Pods {
  readonly label: string;
  readonly members: readonly CasePod[];
  readonly #around: PodsSurroundings;

  constructor(label: string, members: readonly CasePod[], around: PodsSurroundings) {
    this.label = label;
    this.members = members;
    this.#around = around;
    if (members.length === 0) throw new Error(`${label}: there are no such pods`);
  }

  get facts(): PodFacts[] {
    return this.members.map(({ facts }) => facts);
  }

  get nodeAddresses(): string[] {
    return [...new Set(this.facts.map(({ nodeAddress }) => nodeAddress))];
  }

  where(condition: (pod: PodFacts) => boolean, label = this.label): Pods {
    return new Pods(
      label,
      this.members.filter(({ facts }) => condition(facts)),
      this.#around,
    );
  }

  on(node: string): Pods {
    return this.where((pod) => pod.node === node, `${this.label} on ${node}`);
  }

  /** Check: every connection, from now on and from every pod, has the expected source. */
  leaveAs(expected: Expected, options: ProbeOptions = {}): Promise<CheckResult> {
    const name = this.#sentence('leave', expected, options);
    return this.#burst(name, options, (rule, context) =>
      sourceAlways({ ...rule, expectedOf: expectedOf(expected) }, context),
    );
  }

  /** Check: as leaveAs, for any destination that tells its clients where they came from. */
  reach(to: NonNullable<ProbeOptions['to']>, as: Expected, options: ProbeOptions = {}): Promise<CheckResult> {
    return this.leaveAs(as, { ...options, to });
  }

  /** Check: connections are answered, and by nobody who saw one of these addresses. */
  reachButNeverAs(
    to: NonNullable<ProbeOptions['to']>,
    forbidden: readonly string[],
    options: ProbeOptions = {},
  ): Promise<CheckResult> {
    const name = `${this.label} reach ${nameOf(to)}, never as ${forbidden.join(', ')}${suffix(options)}`;
    return this.#burst(name, { ...options, to }, (rule, context) => {
      const answered = reachable(rule, context);
      return answered.outcome === 'pass' ? neverSource({ ...rule, forbiddenOf: () => forbidden }, context) : answered;
    });
  }

  /**
   * Resolves when connections of every pod are answered by all of these: nodes learn of a Service some time after the API has
   * it. The case ends where they are not.
   */
  async untilAnsweredBy(to: readonly NonNullable<ProbeOptions['to']>[], options: ProbeOptions = {}): Promise<void> {
    const name = `${this.label} come to reach ${to.map(nameOf).join(', ')}${suffix(options)}`;
    const paths = to.flatMap((one) => this.#paths({ ...options, to: one }));
    await untilAnswered(paths, this.#around.log, this.#context(name));
  }

  /** Check: every connection or datagram is refused by the host it goes to, which tells the pod. */
  areRefusedBy(to: NonNullable<ProbeOptions['to']>, options: ProbeOptions = {}): Promise<CheckResult> {
    const name = `${this.label} are refused by ${nameOf(to)}${suffix(options)}`;
    return this.#burst(name, { ...options, to }, refusedByHost);
  }

  /** Check: no connection is answered. */
  cannotReach(to: NonNullable<ProbeOptions['to']>, options: ProbeOptions = {}): Promise<CheckResult> {
    return this.#burst(`${this.label} cannot reach ${nameOf(to)}${suffix(options)}`, { ...options, to }, notReachable);
  }

  /**
   * Check: within the implementation's declared time, a run of connections of every pod (see `convergence`) has the
   * expected source. Once it has an Egress IP, any later packet with a node's address is a leak. The case ends where it does not.
   * `meanwhile`: until then connections may fail, but where one arrives it must have one of these.
   * `overMs`: for a change of many, another time than `convergence.overMs`.
   */
  async eventuallyLeaveAs(
    expected: Expected,
    options: ProbeOptions & { meanwhile?: readonly string[]; overMs?: number } = {},
  ): Promise<CheckResult> {
    const name = this.#sentence('come to leave', expected, options);
    const { log, settleMs } = this.#around;
    const wanted = expectedOf(expected);
    const good = ({ pod, destination, outcome, seen }: Sample): boolean =>
      outcome === 'ok' && seen !== undefined && includesAddress(wanted(pod, destination), seen.address);
    const { converged, samples, goodSinceUs } = await convergeOver(
      this.#paths(options),
      good,
      settleMs,
      log.sample(name),
      options.overMs,
    );
    const context = this.#context(name);
    const pods = this.facts;
    if (!converged) {
      const judged = sourceAlways({ pods, samples, atLeast: 1, expectedOf: wanted }, context);
      const waited = `not within ${settleMs} ms: ${judged.message}`;
      log.conclude({ ...judged, outcome: judged.outcome === 'pass' ? 'unknown' : judged.outcome, message: waited });
      throw new CaseStopped(name);
    }
    if (isEgressAddress(expected)) log.settled(pods, familiesOf(expected));
    const { meanwhile } = options;
    if (meanwhile !== undefined) {
      const arrived = samples.filter(({ outcome }) => outcome === 'ok');
      const third = sourceAlways({ pods, samples: arrived, atLeast: 1, expectedOf: () => meanwhile }, context);
      if (third.outcome !== 'pass') return log.conclude(third);
    }
    const settledMs = millisSince(log.changedUs, goodSinceUs ?? log.changedUs);
    return log.conclude({
      name,
      outcome: 'pass',
      message: `settled ${settledMs} ms after the change; ${samples.filter(good).length} connections`,
      measured: { settledMs },
      violations: [],
    });
  }

  /**
   * Check: while something goes on, connections, 50 a second from each pod and 100 in all, may fail, but those that arrive have one of
   * these sources.
   */
  async arriveOnlyAs(
    allowed: Expected,
    meanwhile: () => Promise<void>,
    options: ProbeOptions = {},
  ): Promise<CheckResult> {
    const name = this.#sentence('arrive, if at all,', allowed, options);
    return this.#throughout(name, allowed, meanwhile, options, ({ outcome }) => outcome === 'ok');
  }

  /** Check: while something goes on, connections, 50 a second from each pod and 100 in all, all arrive, and have one of these sources. */
  async leaveThroughoutAs(
    expected: Expected,
    meanwhile: () => Promise<void>,
    options: ProbeOptions = {},
  ): Promise<CheckResult> {
    const name = this.#sentence('leave all the time', expected, options);
    return this.#throughout(name, expected, meanwhile, options, () => true);
  }

  async #throughout(
    name: string,
    expected: Expected,
    meanwhile: () => Promise<void>,
    options: ProbeOptions,
    counts: (sample: Sample) => boolean,
  ): Promise<CheckResult> {
    const { log } = this.#around;
    const paths = this.#paths(options);
    const all = await probeDuring(paths, Math.max(20, 10 * paths.length), log.sample(name), meanwhile);
    const samples = all.filter(counts);
    return this.#concludeSources(name, { samples, atLeast: burst.count, expected });
  }

  #concludeSources(name: string, of: { samples: Sample[]; atLeast: number; expected: Expected }): CheckResult {
    const rule = { ...of, pods: this.facts, expectedOf: expectedOf(of.expected) };
    return this.#around.log.conclude(sourceAlways(rule, this.#context(name)));
  }

  /**
   * Check: a connection that each pod keeps, and asks over every `everyMs` for `forMs`, or until something is over, answers
   * each time and has the expected source all the time.
   */
  async keepLeavingAs(
    expected: Expected,
    how: { by: readonly StreamKind[]; everyMs: number; over?: IpFamily } & (
      { forMs: number } | { until: Promise<void> }
    ),
  ): Promise<CheckResult> {
    const { by, everyMs: intervalMs, over } = how;
    const count = 'forMs' in how ? Math.ceil(how.forMs / intervalMs) : undefined;
    const time = 'forMs' in how ? [`${how.forMs / 1000} s`] : [];
    const name = `${this.label} keep leaving as ${asText(expected)} over one connection (${[...by, ...time].join(', ')})`;
    const samples: Sample[] = [];
    const onSample = (one: Sample): void => void samples.push(one);
    const plan = { ...(count === undefined ? {} : { count }), intervalMs, onSample };
    const kept = this.#paths(over === undefined ? {} : { over }).flatMap(({ pod, destination }) =>
      by.map((kind) => pod.keep({ kind, destination, ...plan })),
    );
    if ('until' in how) void how.until.finally(() => kept.forEach((one) => one.stop()));
    await Promise.all(kept.map(({ done }) => done));
    samples.forEach(this.#around.log.sample(name));
    return this.#concludeSources(name, { samples, atLeast: count ?? burst.count, expected });
  }

  /** Makes connections and judges nothing; for checkers that the case calls itself. */
  async probe(options: ProbeOptions): Promise<{ samples: Sample[] }> {
    const onSample = this.#around.log.sample(`${this.label} probe`);
    return { samples: await burstOver(this.#paths(options), planOf(options), onSample) };
  }

  /** Check: a TLS server answers every pod. */
  async reachHttps(to: Destination, path: string): Promise<CheckResult> {
    const name = `${this.label} reach ${to.name}`;
    const samples = (await Promise.all(this.members.map((pod) => pod.https(to, path)))).flat();
    samples.forEach(this.#around.log.sample(name));
    return this.#around.log.conclude(reachable({ pods: this.facts, samples, atLeast: 1 }, this.#context(name)));
  }

  /** Check: the database admits every pod and sees the expected source. */
  async queryAs(expected: Expected, login: Login, to: Destination, count: number = burst.count): Promise<CheckResult> {
    const name = `${this.label} reach database ${login.database} as ${asText(expected)}`;
    const samples = await this.#query(name, login, to, count);
    return this.#concludeSources(name, { samples, atLeast: count, expected });
  }

  /** Check: the database itself refuses every pod. Time-outs would not show that the database decided. */
  async refusedBy(login: Login, to: Destination, count: number = burst.count): Promise<CheckResult> {
    const name = `${this.label} are rejected by database ${login.database}`;
    const samples = await this.#query(name, login, to, count);
    return this.#around.log.conclude(
      rejectedByServer({ pods: this.facts, samples, atLeast: count }, this.#context(name)),
    );
  }

  async #query(name: string, login: Login, to: Destination, count: number): Promise<Sample[]> {
    const samples = (
      await Promise.all(this.members.map((pod) => pod.query(login, to, count, burst.intervalMs)))
    ).flat();
    samples.forEach(this.#around.log.sample(name));
    return samples;
  }

  async #burst(
    name: string,
    options: ProbeOptions,
    judge: (rule: SourceRule, context: CheckContext) => CheckResult,
  ): Promise<CheckResult> {
    const { log } = this.#around;
    const plan = planOf(options);
    const samples = await burstOver(this.#paths(options), plan, log.sample(name));
    return log.conclude(judge({ pods: this.facts, samples, atLeast: plan.count }, this.#context(name)));
  }

  #paths(options: ProbeOptions): Path[] {
    return pathsOf(this.members, this.#around.witnessAddress, options);
  }

  #context(name: string): CheckContext {
    return { name, startUs: this.#around.log.startUs, ownerOf: this.#around.ownerOf };
  }

  #sentence(verb: string, expected: Expected, options: ProbeOptions): string {
    const action = options.to === undefined ? verb : `reach ${nameOf(options.to)}`;
    return `${this.label} ${action} as ${asText(expected)}${suffix(options)}`;
  }
}
