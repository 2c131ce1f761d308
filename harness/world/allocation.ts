import { addressNumber } from '../../agent/base/ip-range.ts';
import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { PoolIntent, PoolRange } from '../adapter/adapter.ts';
import { includesAddress, sameAddress } from '../check/address.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import type { CaseLog } from './case-log.ts';
import type { Egress } from './egress.ts';
import { Pool, refusalOf } from './pool.ts';
import type { Statuses } from './statuses.ts';
import type { Testbed } from './testbed.ts';

/** Pools of a case, and what is asserted about the addresses that policies are given. */
export class Allocation implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #statuses: Statuses;
  readonly #runName: string;
  readonly #undo = new AsyncDisposableStack();
  #pools = 0;

  constructor(testbed: Testbed, log: CaseLog, statuses: Statuses, runName: string) {
    this.#testbed = testbed;
    this.#log = log;
    this.#statuses = statuses;
    this.#runName = runName;
  }

  /** Addresses that follow each other and that nobody else uses during the case; `aligned` as a CIDR of so many wants it. */
  newAddresses(count: number, { aligned = false, over = 4 }: { aligned?: boolean; over?: IpFamily } = {}): string[] {
    const addresses = over === 6 ? this.#testbed.addresses6 : this.#testbed.addresses;
    const isAligned = (first: string): boolean => (addressNumber(first)?.value ?? 0n) % BigInt(count) === 0n;
    const run = addresses.takeRun(count, (first) => !aligned || isAligned(first));
    this.#undo.defer(() => run.forEach((address) => addresses.release(address)));
    return run;
  }

  /** A pool of these ranges that nobody has asked for yet (`apply`). */
  pool(...ranges: readonly PoolRange[]): Pool {
    return this.#pool({ ranges });
  }

  /** The same with addresses of a subnet that has its own gateway. */
  poolBehind(subnet: NonNullable<PoolIntent['subnet']>, ...ranges: readonly PoolRange[]): Pool {
    return this.#pool({ ranges, subnet });
  }

  #pool(of: Omit<PoolIntent, 'name'>): Pool {
    const { adapter, context } = this.#testbed;
    const name = `${this.#runName}-pool-${(this.#pools += 1)}`;
    const pool = new Pool({ name, ...of }, adapter, context, this.#log);
    this.#undo.defer(() => pool.remove());
    return pool;
  }

  /** Check. */
  isOneOf(address: string, wanted: readonly string[], what: string): CheckResult {
    const name = `${what} is one of ${wanted.join(', ')}`;
    return this.#conclude(name, includesAddress(wanted, address), address);
  }

  /** Check: all are of the pool, and no two are the same. */
  areDifferent(addresses: readonly string[], members: readonly string[]): CheckResult {
    const name = `${addresses.length} policies have as many addresses of the pool`;
    const strange = addresses.find((address) => !includesAddress(members, address));
    if (strange !== undefined) return this.#conclude(name, false, `${strange} is not of the pool`);
    const twice = addresses.find((one, index) => addresses.findIndex((other) => sameAddress(one, other)) !== index);
    return this.#conclude(name, twice === undefined, twice === undefined ? 'no two are the same' : `${twice} twice`);
  }

  /** Check: it does not become so, and it is said why. */
  async isRefused(what: string, attempt: Promise<unknown>): Promise<CheckResult> {
    const why = await refusalOf(attempt);
    return this.#conclude(`${what} is refused`, why !== null && why !== '', why ?? 'it was taken');
  }

  /** Check: a policy is refused, or taken and says that it waits. */
  async isRefusedOrWaits(attempt: () => Promise<Egress>): Promise<CheckResult> {
    let egress: Egress | undefined;
    const why = await refusalOf(attempt().then((made) => (egress = made)));
    if (egress !== undefined) return this.#statuses.saysWhy(egress, /\w{4}/);
    return this.#conclude('the policy is refused, or says that it waits', why !== null && why !== '', why ?? '');
  }

  /**
   * Checks, three: the pool gives as many different addresses as it says it has, and not one more; it says that all are
   * used, and after the policies have gone that none is.
   */
  async givesAll(pool: Pool, members: readonly string[], another: () => Promise<Egress>): Promise<void> {
    const total = await pool.total();
    const policies: Egress[] = [];
    for (let count = 0; count < total; count += 1) policies.push(await another());
    const addresses = await Promise.all(policies.map((policy) => policy.assigned()));
    this.areDifferent(addresses, members);
    const surplus = await another();
    await this.#statuses.saysWhy(surplus, /\w{4}/);
    await pool.comesToTell({ total, used: total });
    await Promise.all([...policies, surplus].map((policy) => policy.remove()));
    await pool.comesToTell({ total, used: 0 });
  }

  #conclude(name: string, isRight: boolean, message: string): CheckResult {
    return this.#log.conclude(isRight ? passed(name, message) : failed(name, message, []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
