import { setTimeout as sleep } from 'node:timers/promises';
import { failed, passed, unknown, type CheckResult } from '../check/violations.ts';
import { nowUs } from '../traffic/protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { Neighbours } from './neighbours.ts';
import type { OutsidePath, Watched } from './outside-path.ts';
import { millisSince } from './probing.ts';
import type { Testbed } from './testbed.ts';

/** All nodes of a link (RFC 4291): what is said to everybody, without having been asked. */
const allNodes = 'ff02::1';
/** The catalogue's limit for the router to have the right MAC address. */
const knownMs = 30_000;
/** Duplicate address detection: one solicitation, a second's wait, and a random delay of up to another (RFC 4862). */
const detectionMs = 4_000;

/** What the link hears about an IPv6 address: where it has moved, and that it is taken. */
export class NeighbourNews {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;
  readonly #neighbours: Neighbours;
  readonly #outside: OutsidePath;

  constructor(testbed: Testbed, log: CaseLog, neighbours: Neighbours, outside: OutsidePath) {
    this.#testbed = testbed;
    this.#log = log;
    this.#neighbours = neighbours;
    this.#outside = outside;
  }

  /** Check: while `during` runs the address moves, everybody is told so, and the router knows the new node without asking. */
  async tellsOfMove(address: string, during: () => Promise<void>): Promise<CheckResult> {
    const name = `the link is told where ${address} has moved`;
    const before = await this.#neighbours.nodeOf(address);
    const heard = await this.#outside.watch([address]);
    const startUs = nowUs();
    await during();
    let known = await this.#neighbours.knownNodeOf(address);
    while ((known === null || known === before) && millisSince(startUs, nowUs()) < knownMs) {
      await sleep(20);
      known = await this.#neighbours.knownNodeOf(address);
    }
    const told = await announcements(heard, address);
    const message = `${told} announcements; the router knew ${before ?? 'nobody'} before, and ${known ?? 'nobody'} afterwards`;
    const isRight = told > 0 && known !== null && known !== before;
    return this.#log.conclude(isRight ? passed(name, message, { announcements: told }) : failed(name, message, []));
  }

  /** Check: another host that wants the address learns that somebody has it (DAD, RFC 4862). */
  async keepsOthersOff(address: string): Promise<CheckResult> {
    const name = `another host that wants ${address} learns that it is taken`;
    const { router } = this.#testbed.cluster;
    const place = [`${address}/128`, 'dev', router.interfaces.lan];
    await router.run(['ip', 'addr', 'add', ...place]);
    try {
      for (let waitedMs = 0; waitedMs < detectionMs; waitedMs += 50) {
        const { stdout } = await router.run(['ip', '-6', 'addr', 'show', 'dev', router.interfaces.lan, 'to', address]);
        if (/\bdadfailed\b/.test(stdout)) return this.#log.conclude(passed(name, 'the router was refused'));
        if (!/\btentative\b/.test(stdout))
          return this.#log.conclude(failed(name, 'nobody said so, and the router took it', []));
        await sleep(50);
      }
      return this.#log.conclude(unknown(name, `the router had not decided after ${detectionMs} ms`));
    } finally {
      await router.run(['ip', 'addr', 'del', ...place], { allowFailure: true });
    }
  }
}

/** To everybody, about the address. A solicitation goes to the address's own multicast group. */
async function announcements(heard: Watched, address: string): Promise<number> {
  const { packets } = await heard.packets();
  return packets.filter((packet) => packet.protocol === 'nd' && packet.dst === allNodes && packet.target === address)
    .length;
}
