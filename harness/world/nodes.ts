import { nodes } from '../../agent/kube/object.ts';
import type { CaseLog } from './case-log.ts';
import { Installation } from './installation.ts';
import type { Testbed } from './testbed.ts';

type Labels = Readonly<Record<string, string | null>>;

/** What a case changes about nodes; all of it is taken back when the case ends. */
export class Nodes implements AsyncDisposable {
  readonly installation: Installation;
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #undo = new AsyncDisposableStack();

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
    this.installation = new Installation(testbed, log);
  }

  /** Sets labels of a node; null removes one. */
  async label(name: string, labels: Labels): Promise<void> {
    this.#log.step(`labels of node ${name}: ${JSON.stringify(labels)}`);
    const { kube, cluster } = this.#testbed;
    const before = cluster.topology.nodes.find((node) => node.name === name)?.labels ?? {};
    const patch = async (values: Labels): Promise<void> => {
      await kube.patch(nodes, name, { metadata: { labels: values } }, { type: 'merge' });
    };
    this.#undo.defer(() => patch(Object.fromEntries(Object.keys(labels).map((key) => [key, before[key] ?? null]))));
    await patch(labels);
  }

  /** How many Egress IPs a node may have. */
  async limit(name: string, limit: number): Promise<void> {
    const { adapter, context } = this.#testbed;
    if (adapter.limitNode === undefined)
      throw new Error(`${adapter.name} claims MaxIPsPerNode and has no way to set it`);
    this.#log.step(`node ${name} may have ${limit} Egress IPs`);
    this.#undo.defer(async () => adapter.limitNode?.(name, null, context));
    await adapter.limitNode(name, limit, context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
