import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterContext, Adapter, EgressIntent, Selection } from '../adapter/adapter.ts';
import { failed } from '../check/violations.ts';
import { CaseStopped, type CaseLog, type ChangeOptions } from './case-log.ts';
import { nowUs } from '../traffic/protocol.ts';
import { millisSince } from './probing.ts';
import type { Pool } from './pool.ts';
import type { Of } from './selection.ts';

/** What a case may ask for beyond whose traffic it is. */
export interface EgressOptions extends Partial<
  Pick<EgressIntent, 'addresses' | 'via' | 'bandwidth' | 'subnet' | 'destinations'>
> {
  /** Of several, an address of each. */
  readonly pool?: Pool | readonly Pool[];
}

/** A policy of a case: "these pods leave as this address". */
export class Egress {
  #intent: EgressIntent;
  #removed = false;
  /** From pools. */
  #assigned: readonly string[] = [];
  readonly #toSelection: (of: Of) => Selection;
  readonly #adapter: Adapter;
  readonly #context: AdapterContext;
  readonly #log: CaseLog;

  constructor(
    intent: EgressIntent,
    toSelection: (of: Of) => Selection,
    adapter: Adapter,
    context: AdapterContext,
    log: CaseLog,
  ) {
    this.#intent = intent;
    this.#toSelection = toSelection;
    this.#adapter = adapter;
    this.#context = context;
    this.#log = log;
  }

  get name(): string {
    return this.#intent.name;
  }

  /** The address, where there is one. */
  get address(): string {
    return this.addresses[0] ?? '';
  }

  get addresses(): readonly string[] {
    const { addresses } = this.#intent;
    return addresses.length === 0 ? this.#assigned : addresses;
  }

  async apply(): Promise<void> {
    const { name, addresses, selection, pools = [] } = this.#intent;
    const as = addresses.length === 0 ? `an address of ${pools.join(' and of ')}` : addresses.join(', ');
    this.#log.change(`policy ${name}: ${JSON.stringify(selection)} leaves as ${as}`);
    await this.#adapter.apply(this.#intent, this.#context);
  }

  /**
   * The address from the pool, the first of several, once the implementation says that so many are in place, by default
   * one of each pool; the case ends where it does not.
   */
  async assigned(count = this.#intent.pools?.length ?? 1): Promise<string> {
    const { declared, name } = this.#adapter;
    const startUs = nowUs();
    for (;;) {
      const status = await this.#adapter.statusOf?.(this.name, this.#context);
      const assigned = (status?.assigned ?? []).map(({ address }) => address);
      if (assigned.length >= count) {
        this.#assigned = assigned;
        return this.address;
      }
      if (millisSince(startUs) > declared.settleMs) {
        const why = status?.pendingReason ?? 'and does not say why';
        const what = `policy ${this.name} is given an address and a node, and ${name} says so`;
        this.#log.conclude(failed(what, `not within ${declared.settleMs} ms: ${why}`, []));
        throw new CaseStopped(what);
      }
      await sleep(50);
    }
  }

  /** Whether the implementation says that an address is in place. */
  async hasAddress(): Promise<boolean> {
    const status = await this.#adapter.statusOf?.(this.name, this.#context);
    return (status?.assigned.length ?? 0) > 0;
  }

  /** The pods keep leaving with an Egress IP, the old one or the new one: no window for leaks opens. */
  async changeTo(address: string): Promise<void> {
    this.#log.change(`policy ${this.name}: ${this.addresses.join(', ')} becomes ${address}`, () => false);
    this.#intent = { ...this.#intent, addresses: [address] };
    await this.#adapter.apply(this.#intent, this.#context);
  }

  /** Another limit, or none. The pods keep their address. */
  async limit(bandwidth: EgressIntent['bandwidth'] | null): Promise<void> {
    this.#log.change(`policy ${this.name}: limit ${JSON.stringify(bandwidth)}`, () => false);
    const { bandwidth: _before, ...rest } = this.#intent;
    this.#intent = bandwidth ? { ...rest, bandwidth } : rest;
    await this.#adapter.apply(this.#intent, this.#context);
  }

  /** Other pods than before. */
  async select(of: Of, options: ChangeOptions = {}): Promise<void> {
    const selection = this.#toSelection(of);
    this.#log.change(`policy ${this.name}: now for ${JSON.stringify(selection)}`, () => !options.stillSelected);
    this.#intent = { ...this.#intent, selection };
    await this.#adapter.apply(this.#intent, this.#context);
  }

  /** Deleted and created again, as fast as the API takes it. The pods are selected all the time. */
  async replace(): Promise<void> {
    this.#log.change(`policy ${this.name} is deleted and created again`, () => false);
    await this.#adapter.replace(this.#intent, this.#context);
  }

  /** Somebody writes into the record of the policy that another node has its address. */
  async claimElsewhere(node: string): Promise<void> {
    this.#log.step(`somebody writes that policy ${this.name} is on ${node}`);
    if (this.#adapter.claimElsewhere === undefined)
      throw new Error(`${this.#adapter.name} claims a status and has no way to write into it`);
    await this.#adapter.claimElsewhere(this.name, node, this.#context);
  }

  async remove(options: ChangeOptions = {}): Promise<void> {
    if (this.#removed) return;
    this.#log.change(`policy ${this.name} is removed`, () => !options.stillSelected);
    this.#removed = true;
    await this.#adapter.remove(this.name, this.#context);
  }

  /** Resolves when the implementation names another node than this one. */
  leaves(node: string): Promise<void> {
    return this.#whenOwner(`another one than ${node}`, (owner) => owner !== null && owner !== node);
  }

  /** Resolves when the implementation names no node. */
  losesItsNode(): Promise<void> {
    return this.#whenOwner('none', (owner) => owner === null);
  }

  /** The node that has the address, as the implementation says. */
  async owner(): Promise<string> {
    const owner = await this.#adapter.ownerOf(this.name, this.#context);
    if (owner === null)
      throw new Error(`${this.#adapter.name} names no node for policy ${this.name} (${this.addresses.join(', ')})`);
    return owner;
  }

  async #whenOwner(wanted: string, isRight: (owner: string | null) => boolean): Promise<void> {
    const { settleMs } = this.#adapter.declared;
    const until = AbortSignal.timeout(settleMs);
    for (;;) {
      const owner = await this.#adapter.ownerOf(this.name, this.#context);
      if (isRight(owner)) return;
      if (until.aborted)
        throw new Error(`the node of policy ${this.name} is ${owner ?? 'none'} after ${settleMs} ms, not ${wanted}`);
      await sleep(50);
    }
  }
}
