import { setTimeout as sleep } from 'node:timers/promises';
import { rateWithin } from '../check/bandwidth.ts';
import type { CheckResult } from '../check/violations.ts';
import type { SunkEvent } from '../traffic/bulk-protocol.ts';
import type { CaseLog } from './case-log.ts';
import type { CasePod } from './case-pod.ts';
import type { Testbed } from './testbed.ts';

export interface BulkOrder {
  readonly seconds: number;
  /** UDP payload; absent: TCP, as much as goes through. */
  readonly mbitPerSecond?: number;
}

/** Bits per second that are wanted of all pods together, between two times after the first arrival. */
export interface Wanted {
  readonly rate: number;
  /** Share of the rate by which it may differ. */
  readonly within: number;
  readonly fromS: number;
  readonly toS: number;
  readonly sources: readonly string[];
}

/** Bulk from a pod to the witness, and what arrived of it when. */
export class Bulk {
  readonly #testbed: Testbed;
  readonly #log: CaseLog;

  constructor(testbed: Testbed, log: CaseLog) {
    this.#testbed = testbed;
    this.#log = log;
  }

  /** Check: these pods, sending at the same time, have that rate together. */
  async flowsAt(name: string, pods: readonly CasePod[], order: BulkOrder, wanted: Wanted): Promise<CheckResult> {
    const arrivals = await this.send(pods, order);
    return this.judge(name, arrivals, wanted);
  }

  /** Check: what arrived from some pods has that rate together. */
  judge(name: string, arrivals: readonly (readonly SunkEvent[])[], wanted: Wanted): CheckResult {
    const { rate, within, ...window } = wanted;
    const rule = { ...window, atLeast: rate * (1 - within), atMost: rate * (1 + within) };
    const all = arrivals.flat().sort((a, b) => a.atUs - b.atUs);
    return this.#log.conclude(rateWithin({ ...rule, arrivals: all }, { name, startUs: this.#log.startUs }));
  }

  /** Lets a flow go on for this long: the time is what is measured. */
  async flowsFor(seconds: number): Promise<void> {
    await sleep(seconds * 1_000);
  }

  /** Each pod to a sink of its own, all at the same time; resolves with the arrivals of each. */
  send(pods: readonly CasePod[], order: BulkOrder): Promise<SunkEvent[][]> {
    this.#log.step(`bulk of ${pods.map(({ facts }) => facts.name).join(', ')}: ${JSON.stringify(order)}`);
    return Promise.all(pods.map((pod) => this.#sendOne(pod, order)));
  }

  async #sendOne(pod: CasePod, { seconds, mbitPerSecond }: BulkOrder): Promise<SunkEvent[]> {
    const { witness, sinkPorts, cluster } = this.#testbed;
    const port = sinkPorts.take();
    const arrivals: SunkEvent[] = [];
    const stop = witness.onArrival(port, (arrival) => {
      arrivals.push(arrival);
      this.#log.recorder.record({ type: 'bulk', pod: pod.facts.name, ...arrival });
    });
    try {
      await witness.sink(port);
      await pod.bulk({
        host: cluster.topology.outside.witness,
        port,
        durationMs: seconds * 1_000,
        ...(mbitPerSecond === undefined ? {} : { mbitPerSecond }),
      });
      // Closing it tells what is left.
      await witness.close([port]);
      return arrivals;
    } finally {
      stop();
      sinkPorts.release(port);
    }
  }
}
