import { setTimeout as sleep } from 'node:timers/promises';
import { nothingForged } from '../check/forgery.ts';
import type { CheckResult } from '../check/violations.ts';
import type { PodFacts } from '../history/events.ts';
import type { Forged } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { CasePod } from './case-pod.ts';
import type { Namespaces } from './namespaces.ts';
import type { Testbed } from './testbed.ts';
import { timeouts } from './timeouts.ts';

/** One thing an attacker tries: a packet to the attacker's own port at the witness, with this source. */
export interface Attempt {
  readonly source: string;
  /** Wrapped in a datagram of this source to this node, as the implementation's own nodes wrap them. */
  readonly tunnel?: { readonly source: string; readonly node: string; readonly port: number };
}

const honestPort = 9_000;
/** Each attempt has source ports of its own from here on, so that the history tells which one it was. */
const firstForgedPort = 10_000;
/** VXLAN by IANA and by Linux' default, Geneve by IANA. */
const otherTunnelPorts = [4789, 8472, 6081];
/** Of each kind: the first packet of a connection takes another path through NAT than the second. */
const repeats = 2;
/** The honest packet is sent again after this long. */
const honestAgainMs = 100;

/** Those who send packets with addresses that they have no right to, and what comes of it. */
export class Forgery {
  readonly #testbed: Testbed;
  readonly #namespaces: Namespaces;
  readonly #log: CaseLog;

  constructor(testbed: Testbed, namespaces: Namespaces, log: CaseLog) {
    this.#testbed = testbed;
    this.#namespaces = namespaces;
    this.#log = log;
  }

  /** A process on a host outside the cluster, behind the router: the witness. */
  async attackerOutside(): Promise<CasePod> {
    const [port = 0] = await this.#namespaces.openPorts(1);
    const started = await this.#namespaces.startOnHost(this.#testbed.cluster.witness, 'outside', port);
    this.#namespaces.note(started.facts, port);
    return started;
  }

  /** UDP port of the implementation's overlay, and those that others use. */
  get tunnelPorts(): readonly number[] {
    const { overlay } = this.#testbed.adapter;
    return [...new Set([...(overlay === undefined ? [] : [overlay.port]), ...otherTunnelPorts])];
  }

  /**
   * Check: nothing that these pods (or processes) try brings a packet to the outside with an address that is not theirs.
   * `mayBeSeenAs`: their own address outside; empty for those whose honest packets do not pass the wire.
   */
  async yieldsNothing(
    name: string,
    attackers: readonly CasePod[],
    attempts: (attacker: PodFacts) => readonly Attempt[],
    mayBeSeenAs: (attacker: PodFacts) => readonly string[],
  ): Promise<CheckResult> {
    const { wire, witness, topology } = { ...this.#testbed, topology: this.#testbed.cluster.topology };
    const host = topology.outside.witness;
    const lostBefore = await wire.fence();
    let sent = 0;
    const forgers = await Promise.all(
      attackers.map(async (attacker) => {
        const { facts, witnessPort: port } = attacker;
        const base = { host, port, ttl: 64, token: `forged-by-${facts.name}` };
        const packets = attempts(facts).flatMap((attempt, index) =>
          (['udp', 'tcp'] as const).flatMap((kind) =>
            Array.from({ length: repeats }, (): Forged => ({ ...base, kind, ...this.#wrapped(attempt, index) })),
          ),
        );
        sent += packets.length;
        await attacker.forge(packets);
        const allowed = mayBeSeenAs(facts);
        if (allowed.length === 0) return { pod: facts, port, mayBeSeenAs: allowed };
        // Sent last, by the same means: when it has arrived, what came before it is on the wire or nowhere.
        const token = `honest-${facts.name}-${port}`;
        const arrived = Promise.withResolvers<void>();
        const stop = witness.onRequest(new Set([port]), (entry) => entry.token === token && arrived.resolve());
        const until = AbortSignal.timeout(timeouts.probe);
        while (!until.aborted) {
          await attacker.forge([{ ...base, kind: 'udp', source: facts.ip, sourcePort: honestPort, token }]);
          if (await Promise.race([arrived.promise.then(() => true), sleep(honestAgainMs)])) break;
        }
        stop();
        return { pod: facts, port, mayBeSeenAs: allowed, honestPort };
      }),
    );
    const dropped = (await wire.fence()) - lostBefore;
    const packets = this.#log.recorder.of('packet');
    return this.#log.conclude(
      nothingForged(
        { packets, dropped, forgers, sent },
        { name, startUs: this.#log.startUs, ownerOf: (address) => this.#testbed.ownerOf(address) },
      ),
    );
  }

  #wrapped({ source, tunnel }: Attempt, index: number): Pick<Forged, 'source' | 'sourcePort' | 'tunnel'> {
    const inner = { source, sourcePort: firstForgedPort + index };
    const overlay = this.#testbed.adapter.overlay;
    if (tunnel === undefined) return inner;
    if (overlay === undefined)
      throw new Error(`${this.#testbed.adapter.name} does not say what its overlay looks like`);
    const { node, ...rest } = tunnel;
    const { address } = this.#testbed.cluster.node(node);
    const outer = { ...rest, sourcePort: inner.sourcePort, host: address, ttl: 255 };
    return { ...inner, tunnel: { ...outer, vni: overlay.vni, mac: overlay.macOf(address) } };
  }
}
