import { restartPods } from '../adapter/restart-pods.ts';
import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** Programs that end and come back while a case goes on. Everything resolves when they are back. */
export class Restarts {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** The implementation's own programs of that kind, all at once. */
  async of(what: 'agents' | 'controller'): Promise<void> {
    const { adapter, context } = this.#testbed;
    await this.#during(`restart of the ${what} of ${adapter.name}`, () => adapter.restart(what, context));
  }

  /** All programs of the implementation are replaced, as its own way of upgrading does it. */
  async upgrade(): Promise<void> {
    const { adapter, context } = this.#testbed;
    await this.#during(`upgrade of ${adapter.name}`, () => adapter.upgrade(context));
  }

  /** The pods of a workload of Kubernetes itself, such as kube-proxy. */
  async ofKubernetes(workload: string): Promise<void> {
    await this.#during(`restart of ${workload}`, () => restartPods(this.#testbed.context, 'kube-system', workload));
  }

  async #during(what: string, work: () => Promise<void>): Promise<void> {
    this.#log.step(what);
    await work();
    this.#log.step(`${what} is over`);
  }
}
