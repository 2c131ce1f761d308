import { setTimeout as sleep } from 'node:timers/promises';
import {
  Refused,
  type Adapter,
  type AdapterContext,
  type PoolIntent,
  type PoolRange,
  type PoolUsage,
} from '../adapter/adapter.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog, ChangeOptions } from './case-log.ts';
import { millisSince } from './probing.ts';

const lookEveryMs = 50;

/** Addresses that policies can be given. */
export class Pool {
  #intent: PoolIntent;
  readonly #adapter: Adapter;
  readonly #context: AdapterContext;
  readonly #log: CaseLog;

  constructor(intent: PoolIntent, adapter: Adapter, context: AdapterContext, log: CaseLog) {
    this.#intent = intent;
    this.#adapter = adapter;
    this.#context = context;
    this.#log = log;
  }

  get name(): string {
    return this.#intent.name;
  }

  /** @throws Refused */
  async apply(ranges: readonly PoolRange[] = this.#intent.ranges): Promise<void> {
    const some = `${JSON.stringify(ranges.slice(0, 4))}${ranges.length > 4 ? ` and ${ranges.length - 4} more` : ''}`;
    this.#log.change(`pool ${this.name}: ${some}`, () => false);
    const intent = { ...this.#intent, ranges };
    await this.#pools.apply(intent, this.#context);
    this.#intent = intent;
  }

  /** Pods of its policies are cut off, unless they come to be nobody's (`stillSelected: false`). @throws Refused */
  async remove({ stillSelected = true }: ChangeOptions = {}): Promise<void> {
    this.#log.change(`pool ${this.name} is removed`, () => !stillSelected);
    await this.#pools.remove(this.name, this.#context);
  }

  /** What it says about itself; null while it says nothing. */
  usage(): Promise<PoolUsage | null> {
    return this.#pools.usage(this.name, this.#context);
  }

  /** How many addresses it says it has, once it says so. */
  async total(): Promise<number> {
    const startUs = nowUs();
    for (;;) {
      const usage = await this.usage();
      if (usage !== null) return usage.total;
      if (millisSince(startUs) > this.#adapter.declared.settleMs)
        throw new Error(`pool ${this.name} does not tell its usage within ${this.#adapter.declared.settleMs} ms`);
      await sleep(lookEveryMs);
    }
  }

  /** Check: it comes to tell this usage. */
  async comesToTell(wanted: PoolUsage): Promise<CheckResult> {
    const name = `pool ${this.name} comes to tell ${wanted.used} of ${wanted.total} used`;
    const startUs = nowUs();
    const { settleMs } = this.#adapter.declared;
    for (;;) {
      const usage = await this.usage();
      const toldMs = millisSince(startUs);
      if (usage?.used === wanted.used && usage.total === wanted.total)
        return this.#log.conclude(passed(name, `after ${toldMs} ms`, { toldMs }));
      if (toldMs > settleMs) {
        const said = usage === null ? 'nothing' : `${usage.used} of ${usage.total}`;
        return this.#log.conclude(failed(name, `it told ${said} after ${toldMs} ms`, []));
      }
      await sleep(lookEveryMs);
    }
  }

  get #pools(): NonNullable<Adapter['pools']> {
    if (this.#adapter.pools === undefined)
      throw new Error(`${this.#adapter.name} claims pools and has no way to make one`);
    return this.#adapter.pools;
  }
}

/** The words with which something was refused; null when it was taken. */
export async function refusalOf(what: Promise<unknown>): Promise<string | null> {
  try {
    await what;
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
