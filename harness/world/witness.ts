import { witnessProgram } from '../traffic/programs.ts';
import type { Cluster, RunningProcess } from '../../clusters/cluster.ts';
import type { SunkEvent } from '../traffic/bulk-protocol.ts';
import { witnessEvent, type LedgerEvent, type WitnessEvent } from '../traffic/protocol.ts';
import { ProgramLink } from './program-link.ts';
import { timeouts } from './timeouts.ts';

/** The witness outside: opens ports for cases and passes on what arrived at them. */
export class Witness implements AsyncDisposable {
  readonly #process: RunningProcess;
  readonly #link: ProgramLink<WitnessEvent>;
  #commands = 0;

  private constructor(running: RunningProcess) {
    this.#process = running;
    this.#link = new ProgramLink(running, witnessEvent, 'the witness');
  }

  static async start(cluster: Cluster): Promise<Witness> {
    return new Witness(await cluster.witness.start(witnessProgram, []));
  }

  open(ports: readonly number[]): Promise<void> {
    return this.#command('open', ports);
  }

  /** Opens a port that takes bulk. */
  sink(port: number): Promise<void> {
    return this.#command('sink', [port]);
  }

  /** Called for what arrived at a sink; returns the way to unsubscribe. */
  onArrival(port: number, listener: (arrival: SunkEvent) => void): () => void {
    return this.#link.onEvent((event) => {
      if (event.event === 'sunk' && event.port === port) listener(event);
    });
  }

  close(ports: readonly number[]): Promise<void> {
    return this.#command('close', ports);
  }

  /** Called for each request that arrived at one of the ports; returns the way to unsubscribe. */
  onRequest(ports: ReadonlySet<number>, listener: (entry: LedgerEvent) => void): () => void {
    return this.#link.onEvent((event) => {
      if (event.event === 'seen' && ports.has(event.port)) listener(event);
    });
  }

  async #command(op: 'open' | 'sink' | 'close', ports: readonly number[]): Promise<void> {
    const id = String((this.#commands += 1));
    const done = this.#link.waitFor(
      (event) => {
        if (event.event === 'seen' || event.event === 'sunk' || event.id !== id) return undefined;
        if (event.event === 'failed')
          throw new Error(`the witness could not ${op} ports ${ports.join(', ')}: ${event.message}`);
        return true;
      },
      timeouts.command,
      `answer to ${op} ${ports.length} ports`,
    );
    this.#link.send({ op, id, ports });
    await done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
  }
}
