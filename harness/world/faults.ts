import { faults, type FaultName } from '../faults/catalogue.ts';
import { injectFault, type Injected } from '../faults/inject.ts';
import { Keeper } from '../faults/keeper.ts';
import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** What a case breaks. All of it is taken back when the case ends, or with its process. */
export class Faults implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #undo = new AsyncDisposableStack();
  readonly #keeper: Keeper;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
    this.#keeper = this.#undo.use(new Keeper());
  }

  /**
   * Makes a fault: of a node, or of what all nodes share. Nothing that a policy promises changes by it. Its end resolves
   * when the implementation is ready again.
   */
  async make(name: FaultName, node = this.#testbed.cluster.nodes[0]?.name ?? ''): Promise<Injected> {
    const { cluster, kube, adapter, context } = this.#testbed;
    const of = faults[name].hits === 'cluster' ? '' : ` of ${node}`;
    this.#log.step(`${name}${of}: ${faults[name].does}`);
    const site = { cluster, kube, adapter, node: cluster.node(node) };
    const made = await injectFault(name, site, {
      keeper: this.#keeper,
      onUndo: (undo) => this.#undo.defer(undo),
    });
    const { beginUs, begunUs } = made;
    this.#log.recorder.record({ type: 'fault', atUs: beginUs, fault: name, node, begunUs });
    const end = async (): Promise<void> => {
      await made.end();
      await adapter.whenReady?.(context);
      this.#log.step(`${name}${of} is taken back`);
    };
    return { ...made, end };
  }

  /** Makes a fault and takes it back at once, which resolves when what it ended is back. */
  async makeAndEnd(name: FaultName, node?: string): Promise<void> {
    const made = await this.make(name, node);
    await made.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
