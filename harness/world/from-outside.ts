import { familyOf } from '../../agent/linux/sockets.ts';
import type { CaseLog } from './case-log.ts';
import type { Namespaces } from './namespaces.ts';
import { Pods, type PodsSurroundings } from './pods.ts';
import type { Testbed } from './testbed.ts';

/** The world outside as one that connects to the cluster. What it changes there is taken back when the case ends. */
export class FromOutside implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #namespaces: Namespaces;
  readonly #around: PodsSurroundings;
  readonly #log: CaseLog;
  readonly #undo = new AsyncDisposableStack();

  constructor(testbed: Testbed, namespaces: Namespaces, around: PodsSurroundings, log: CaseLog) {
    this.#testbed = testbed;
    this.#namespaces = namespaces;
    this.#around = around;
    this.#log = log;
  }

  /** A process on the host of the witness, as a client; says about itself what a pod says. */
  async client(): Promise<Pods> {
    const started = await this.#namespaces.startOnHost(this.#testbed.cluster.witness, 'outside');
    return new Pods('a host outside', [started], this.#around);
  }

  /** The host of the witness has this address as well, with the number of its network's last octet. */
  async alsoAt(number: number): Promise<string> {
    const { witness } = this.#testbed.cluster;
    const address = witness.address.replace(/\d+$/, String(number));
    this.#log.step(`the witness is at ${address} as well`);
    const dev = (await witness.run(['ip', '-json', 'addr', 'show', 'to', witness.address])).stdout;
    const [link] = JSON.parse(dev) as { ifname: string }[];
    const line = [`${address}/32`, 'dev', link?.ifname ?? ''];
    this.#undo.defer(async () => void (await witness.run(['ip', 'addr', 'del', ...line], { allowFailure: true })));
    await witness.run(['ip', 'addr', 'add', ...line]);
    return address;
  }

  /** From now on the router sends what goes to the address to this node. */
  async leadTo(address: string, node: string): Promise<void> {
    const { router, ...cluster } = this.#testbed.cluster;
    const isV6 = familyOf(address) === 6;
    const { address: via4, address6 = via4 } = this.#testbed.cluster.node(node);
    this.#log.step(`the router of ${cluster.name} sends ${address} to ${node}`);
    const route = [`${address}/${isV6 ? 128 : 32}`, 'via', isV6 ? address6 : via4, 'dev', router.interfaces.lan];
    const ip = ['ip', isV6 ? '-6' : '-4', 'route'];
    this.#undo.defer(async () => void (await router.run([...ip, 'del', ...route], { allowFailure: true })));
    await router.run([...ip, 'replace', ...route]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
