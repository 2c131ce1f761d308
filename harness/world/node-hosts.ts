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

  /** A setting of the node's kernel, by its path below /proc/sys. */
  async set(node: string, path: string, value: string): Promise<void> {
    const host = this.#testbed.cluster.node(node);
    const before = (await host.readFile(`/proc/sys/${path}`)).trim();
    const write = (text: string): Promise<unknown> => host.run(['sh', '-c', `echo ${text} > /proc/sys/${path}`]);
    this.#log.step(`${path} of ${node} becomes ${value}, it was ${before}`);
    this.#undo.defer(async () => void (await write(before)));
    await write(value);
  }

  /** Every interface of the node takes packets only from where it would answer them (rp_filter 1, RFC 3704 strict). */
  async filterStrictly(node: string): Promise<void> {
    const host = this.#testbed.cluster.node(node);
    const { stdout } = await host.run(['sh', '-c', 'cd /proc/sys/net/ipv4/conf; grep . */rp_filter']);
    const before = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('/rp_filter:'));
    const write = (values: readonly string[]): Promise<unknown> =>
      host.run(['sh', '-c', `cd /proc/sys/net/ipv4/conf; ${values.join('; ')}`], { allowFailure: true });
    this.#log.step(`every interface of ${node} filters by the way back, strictly`);
    // Of pods that are gone by then there is nothing to write to.
    this.#undo.defer(
      async () =>
        void (await write(before.map(([name, value]) => `[ -e ${name} ] && echo ${value} > ${name}/rp_filter`))),
    );
    await write(before.map(([name]) => `echo 1 > ${name}/rp_filter`));
  }

  /** How many UDP flows to a port the kernel of the node knows. Its own count has also those that have expired, until it clears them away. */
  async flowsTo(node: string, host: string, port: number): Promise<number> {
    const pattern = `udp .* dst=${host} sport=[0-9]* dport=${port} `;
    const argv = ['grep', '-c', pattern, '/proc/net/nf_conntrack'];
    // None is exit code 1.
    const { stdout, stderr } = await this.#testbed.cluster.node(node).run(argv, { allowFailure: true });
    if (stderr !== '') throw new Error(`counting the flows of ${node} to ${host}:${port} failed: ${stderr.trim()}`);
    return Number(stdout);
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
