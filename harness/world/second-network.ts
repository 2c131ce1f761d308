import { addressText, cidrRange, rangeContains, rangeSize, type AddressRange } from '../../agent/base/ip-range.ts';
import { failed, passed, type CheckResult } from '../check/violations.ts';
import type { EgressIntent } from '../adapter/adapter.ts';
import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** A network on the link of the nodes that none of them has an address in, of their primary IP version. */
export interface OtherNetwork {
  readonly subnet: NonNullable<EgressIntent['subnet']>;
  /** Two addresses that nobody has. */
  readonly addresses: readonly [string, string];
}

/**
 * The network after that of the nodes, with a gateway of its own: a second interface of the router, on the same link. What
 * has an address of this network and comes by the router's other interface has gone by the wrong gateway: it is counted, and
 * dropped.
 */
export class SecondNetwork implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #table: string;
  readonly #undo = new AsyncDisposableStack();

  constructor(testbed: Testbed, log: CaseLog, runName: string) {
    this.#testbed = testbed;
    this.#log = log;
    this.#table = runName.replaceAll('-', '_');
  }

  async open(): Promise<OtherNetwork> {
    const { router } = this.#testbed.cluster;
    const { lan } = router.interfaces;
    const { iface, network } = await this.#claim();
    const { gateway, prefixLength } = network.subnet;
    this.#undo.defer(async () => {
      for (const family of ['inet', 'arp'])
        await router.run(['nft', 'delete', 'table', family, this.#table], { allowFailure: true });
    });
    // Without the second table each of the two interfaces would answer for the address of the other one.
    await router.run(['nft', '-f', '-'], {
      input: `table inet ${this.#table} {
        counter other_way { }
        chain arriving {
          type filter hook prerouting priority raw
          iifname "${lan}" meta pkttype host ip saddr ${gateway}/${prefixLength} counter name other_way drop
        }
      }
      table arp ${this.#table} {
        chain answers {
          type filter hook output priority filter
          oifname "${lan}" arp saddr ip ${gateway} drop
          oifname "${iface}" arp saddr ip != ${gateway} drop
        }
      }\n`,
    });
    const lines = [`addr add ${gateway}/${prefixLength} dev ${iface}`, `link set ${iface} up`];
    await router.run(['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
    this.#log.step(`a second network on the link of the nodes, by gateway ${gateway}/${prefixLength}`);
    return network;
  }

  /** The first network, and interface of the router, that no other case has; and not that of the outside. */
  async #claim(): Promise<{ iface: string; network: OtherNetwork }> {
    const { router, topology } = this.#testbed.cluster;
    for (let number = 1; number < 20; number += 1) {
      const network = networkAfter(topology.nodeLan.cidr, number);
      if (rangeContains(network.range, topology.outside.witness)) continue;
      const iface = `second${number}`;
      const link = ['link', router.interfaces.lan, 'type', 'macvlan', 'mode', 'bridge'];
      const made = await router.run(['ip', 'link', 'add', iface, ...link], { allowFailure: true });
      if (made.exitCode === 0) {
        this.#undo.defer(async () => void (await router.run(['ip', 'link', 'del', iface], { allowFailure: true })));
        return { iface, network };
      }
      if (!made.stderr.includes('File exists'))
        throw new Error(`the router cannot have an interface of type macvlan: ${made.stderr.trim()}`);
    }
    throw new Error('the router has 20 interfaces of other cases already');
  }

  /** Check: nothing with an address of the network has come by the gateway of the nodes. */
  async isUsedByItsGateway(): Promise<CheckResult> {
    const name = 'nothing of the second network goes by the gateway of the nodes';
    const { stdout } = await this.#testbed.cluster.router.run(['nft', 'list', 'table', 'inet', this.#table]);
    const packets = Number(/packets (\d+)/.exec(stdout)?.[1]);
    const message = `${packets} packets came by the other interface of the router`;
    return this.#log.conclude(packets === 0 ? passed(name, message) : failed(name, message, []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}

/** The network that comes so many after this one. */
function networkAfter(cidr: string, number: number): OtherNetwork & { readonly range: AddressRange } {
  const own = cidrRange(cidr);
  if (own === null) throw new Error(`the network of the nodes is ${cidr}, which is no CIDR`);
  const prefixLength = Number(cidr.split('/')[1]);
  const by = rangeSize(own) * BigInt(number);
  const range = { ...own, first: own.first + by, last: own.last + by };
  const host = (last: number): string => addressText(own.family, range.first + BigInt(last));
  return { range, subnet: { gateway: host(1), prefixLength }, addresses: [host(49), host(50)] };
}
