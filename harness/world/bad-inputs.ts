import { badKinds, type BadKind } from '../adapter/bad-input.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** Wrong input for the implementation, and what becomes of it. */
export class BadInputs {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #runName: string;
  readonly #namespace: string;
  #count = 0;

  constructor(testbed: Testbed, log: CaseLog, runName: string) {
    this.#testbed = testbed;
    this.#log = log;
    this.#runName = runName;
    // No namespace has it: what is wrong is not to depend on pods.
    this.#namespace = `${runName}-nobody`;
  }

  /** Check: each of these is refused, or accepted and reported, as is declared for its kind; none is passed over in silence. */
  async areHandled(kind: BadKind, texts: readonly string[]): Promise<CheckResult> {
    const { adapter, context } = this.#testbed;
    const declared = adapter.declared.badInput[kind];
    const name = `${badKinds[kind]}: ${declared}`;
    if (adapter.attempt === undefined) throw new Error(`${adapter.name} has no way to be given wrong input`);
    const wrong: string[] = [];
    for (const text of texts) {
      const policy = `${this.#runName}-bad-${(this.#count += 1)}`;
      const selection = { namespaces: { 'kubernetes.io/metadata.name': this.#namespace } };
      const { handling, message } = await adapter.attempt({ kind, text }, { name: policy, selection }, context);
      this.#log.step(`${kind} ${JSON.stringify(text)}: ${handling}: ${message}`);
      if (handling !== declared || message.trim() === '')
        wrong.push(`${JSON.stringify(text)} was ${handling}: ${message}`);
    }
    return this.#log.conclude(
      wrong.length === 0
        ? passed(name, texts.map((text) => JSON.stringify(text)).join(', '))
        : failed(name, wrong.join('; '), []),
    );
  }
}
