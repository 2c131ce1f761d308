import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** What somebody else does to nodes: addresses and packet filters of their own. Taken back when the case ends. */
export class NodeHosts implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #tablePrefix: string;
  readonly #undo = new AsyncDisposableStack();
  #tables = 0;

  /** `runName` makes names of tables unique on a node. */
  constructor(testbed: Testbed, log: CaseLog, runName: string) {
    this.#testbed = testbed;
    this.#log = log;
    this.#tablePrefix = runName.replaceAll('-', '_');
  }

  /** A second address of the node, on its uplink. */
  async addAddress(node: string, address: string): Promise<void> {
    const host = this.#testbed.cluster.node(node);
    this.#log.step(`${node} has ${address} as well`);
    const line = [`${address}/32`, 'dev', 'eth0'];
    this.#undo.defer(async () => void (await host.run(['ip', 'addr', 'del', ...line], { allowFailure: true })));
    await host.run(['ip', 'addr', 'add', ...line]);
  }

  /** An nft table of IPv4 with these chains. */
  async addTable(node: string, chains: string): Promise<void> {
    const host = this.#testbed.cluster.node(node);
    const table = `ip ${this.#tablePrefix}_${(this.#tables += 1)}`;
    this.#log.step(`${node} has the table ${table}: ${chains}`);
    this.#undo.defer(
      async () => void (await host.run(['nft', 'delete', 'table', ...table.split(' ')], { allowFailure: true })),
    );
    await host.run(['nft', '-f', '-'], { input: `table ${table} {\n${chains}\n}\n` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
