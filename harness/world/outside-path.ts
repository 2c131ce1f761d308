import { familyOf } from '../../agent/linux/sockets.ts';
import type { PacketEvent } from '../traffic/capture-protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { Testbed } from './testbed.ts';

/** Packets on the outside wire since they were asked for. */
export interface Watched {
  /** Everything so far, and how many packets the capture has lost. */
  packets(): Promise<{ readonly packets: readonly PacketEvent[]; readonly dropped: number }>;
}

/** The way between the nodes and the witness. */
export class OutsidePath implements AsyncDisposable {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #undo = new AsyncDisposableStack();

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** From now on the router forwards what comes from the address only in packets of at most `mtu` bytes. */
  async narrow(from: string, mtu: number): Promise<void> {
    const { router, topology } = this.#testbed.cluster;
    const ip = ['ip', `-${familyOf(from)}`];
    const to = familyOf(from) === 6 ? (topology.outside.cidr6 ?? '') : topology.outside.cidr;
    // A number that no other case uses, far from those that the system knows.
    const table = String(this.#testbed.ports.take());
    this.#undo.defer(() => this.#testbed.ports.release(Number(table)));
    const steps = [
      { add: ['route', 'add', to, 'dev', router.interfaces.wan, 'table', table, 'mtu', String(mtu)], what: 'route' },
      { add: ['rule', 'add', 'from', from, 'lookup', table], what: 'rule' },
    ];
    for (const { add, what } of steps) {
      const remove = [...ip, what, 'del', ...add.slice(2)];
      this.#undo.defer(async () => void (await router.run(remove, { allowFailure: true })));
      await router.run([...ip, ...add]);
    }
    this.#log.step(`the router forwards from ${from} only packets of ${mtu} bytes`);
  }

  /** What is on the outside wire from now on and comes from, goes to or speaks of (ND) one of the addresses, or goes to one of the ports. */
  async watch(addresses: readonly string[], ports: ReadonlySet<number> = new Set()): Promise<Watched> {
    const { wire } = this.#testbed;
    const packets: PacketEvent[] = [];
    // What was on the wire before has been told by then, however late the capture is.
    const before = await wire.fence();
    const stop = wire.onPacket((packet) => {
      const of = [packet.src, packet.dst, ...(packet.target === undefined ? [] : [packet.target])];
      const isToPort = packet.dport !== undefined && ports.has(packet.dport);
      if (isToPort || of.some((address) => addresses.includes(address))) packets.push(packet);
    });
    this.#undo.defer(async () => stop());
    return {
      packets: async () => ({ dropped: (await wire.fence()) - before, packets: [...packets] }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }
}
