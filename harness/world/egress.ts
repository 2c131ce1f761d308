import type { AdapterContext, Adapter, EgressIntent, Selection } from '../adapter/adapter.ts';
import type { CaseLog, ChangeOptions } from './case-log.ts';
import type { Of } from './selection.ts';

/** A policy of a case: "these pods leave as this address". */
export class Egress {
  #intent: EgressIntent;
  #removed = false;
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
    return this.#intent.addresses[0] ?? '';
  }

  get addresses(): readonly string[] {
    return this.#intent.addresses;
  }

  async apply(): Promise<void> {
    const { name, addresses, selection } = this.#intent;
    this.#log.change(`policy ${name}: ${JSON.stringify(selection)} leaves as ${addresses.join(', ')}`);
    await this.#adapter.apply(this.#intent, this.#context);
  }

  /** The pods keep leaving with an Egress IP, the old one or the new one: no window for leaks opens. */
  async changeTo(address: string): Promise<void> {
    this.#log.change(`policy ${this.name}: ${this.addresses.join(', ')} becomes ${address}`, () => false);
    this.#intent = { ...this.#intent, addresses: [address] };
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
    await this.#adapter.remove(this.name, this.#context);
    await this.#adapter.apply(this.#intent, this.#context);
  }

  async remove(options: ChangeOptions = {}): Promise<void> {
    if (this.#removed) return;
    this.#log.change(`policy ${this.name} is removed`, () => !options.stillSelected);
    this.#removed = true;
    await this.#adapter.remove(this.name, this.#context);
  }

  /** The node that has the address, as the implementation says. */
  async owner(): Promise<string> {
    const owner = await this.#adapter.ownerOf(this.name, this.#context);
    if (owner === null)
      throw new Error(`${this.#adapter.name} names no node for policy ${this.name} (${this.addresses.join(', ')})`);
    return owner;
  }
}
